import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** What DuckDB may take before it spills to disk: other work shares the machine. */
const memory = `${Math.min(2048, Math.floor(totalmem() / 4 / 1024 / 1024))}MiB`;
const threads = String(Math.min(4, availableParallelism()));

/** A DuckDB in memory with a scratch folder of its own, as long as `work` lasts. An abort of `signal` interrupts the query that runs. */
export async function withDuck<T>(signal: AbortSignal | undefined, work: (duck: Duck) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const scratch = await mkdtemp(join(tmpdir(), 'pawl-duckdb-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memory,
      threads,
      temp_directory: join(scratch, 'spill'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    try {
      const connection = await instance.connect();
      try {
        await connection.run("SET TimeZone = 'UTC'");
        return await work(new Duck(connection, scratch, signal));
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** One session of DuckDB. Not for use by two at a time. */
export class Duck {
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  /** A folder for files that are gone when the session ends. */
  readonly scratch: string;

  constructor(connection: DuckDBConnection, scratch: string, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.scratch = scratch;
    this.#signal = signal;
  }

  /** Throws the signal's reason once it is aborted. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  async run(sql: string): Promise<void> {
    await this.#interruptibly(() => this.#connection.run(sql));
  }

  /** As `run`, telling how far it is (percent) a few times a second. */
  async runTelling(sql: string, tell: (percent: number) => void): Promise<void> {
    const timer = setInterval(() => tell(Math.max(0, Math.round(this.#connection.progress.percentage))), 250);
    try {
      await this.run(sql);
    } finally {
      clearInterval(timer);
    }
  }

  /** The rows of a small result as objects. Whole numbers come as numbers. */
  async rows<T extends object>(sql: string): Promise<T[]> {
    const reader = await this.#interruptibly(() => this.#connection.runAndReadAll(sql));
    return reader
      .getRowObjectsJS()
      .map(
        (row) =>
          Object.fromEntries(
            Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
          ) as T,
      );
  }

  /** The only row of a result. */
  async row<T extends object>(sql: string): Promise<T> {
    const [row] = await this.rows<T>(sql);
    if (row === undefined) throw new Error(`A query gave no row: ${sql.slice(0, 200)}`);
    return row;
  }

  /** The names of the columns of a table, in its order. */
  async columns(table: string): Promise<string[]> {
    const described = await this.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${table}`);
    return described.map(({ column_name: name }) => name);
  }

  /** A large result, a chunk of some thousand rows at a time, in order. */
  async *chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#interruptibly(() => this.#connection.stream(sql));
    for (;;) {
      const chunk = await this.#interruptibly(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  async #interruptibly<T>(query: () => Promise<T>): Promise<T> {
    const signal = this.#signal;
    signal?.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await query();
    } catch (error) {
      // The interruption is told by its reason, not by how DuckDB words it.
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }
}

/** A name in SQL, whatever it holds. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path of one file in SQL: what a glob would read as a pattern stands for itself. */
export function pathLiteral(path: string): string {
  return literal(escapeGlob(path));
}

/** The rows of Parquet files in SQL, in the order of the files. A folder named `a=b` adds no column. `numbered`: with `file_row_number`. */
export function parquet(paths: string | readonly string[], { numbered = false } = {}): string {
  const files = typeof paths === 'string' ? pathLiteral(paths) : `[${paths.map(pathLiteral).join(', ')}]`;
  return `read_parquet(${files}, hive_partitioning = false${numbered ? ', file_row_number = true' : ''})`;
}

export function escapeGlob(path: string): string {
  return path.replaceAll(/[[*?]/g, '[$&]');
}
