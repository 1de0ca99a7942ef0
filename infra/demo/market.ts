import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** One half hour of the market, as a caller would send it, with what really happened. */
export interface HalfHour {
  /** ms since 1970. */
  readonly at: number;
  readonly row: Readonly<Record<string, number | null>>;
  readonly label: string;
}

const features = ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];

/** The recorded market: reads it, and lets its rows land in a source folder as their time passes. */
export class Market {
  readonly #files: string;
  readonly #connection: DuckDBConnection;

  private constructor(files: string, connection: DuckDBConnection) {
    this.#files = files;
    this.#connection = connection;
  }

  /** `files`: glob of the example's Parquet files. */
  static async open(files: string): Promise<Market> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new Market(files.replaceAll("'", "''"), await instance.connect());
  }

  /** The half hours in [from, to), in order. */
  async between(from: Date, to: Date): Promise<HalfHour[]> {
    const reader = await this.#connection.runAndReadAll(
      `SELECT epoch_ms("timestamp"::TIMESTAMP) AS at, ${features.join(', ')}, "class"::VARCHAR AS label FROM read_parquet('${this.#files}') WHERE ${within(from, to)} ORDER BY "timestamp"`,
    );
    return reader
      .getRowObjectsJS()
      .map(({ at, label, ...row }) => ({ at: Number(at), label: label as string, row: row as HalfHour['row'] }));
  }

  /** Writes the rows in [from, to) as one Parquet file of the source folder. */
  async land(folder: string, from: Date, to: Date): Promise<void> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${to.toISOString().slice(0, 13)}.parquet`).replaceAll("'", "''");
    await this.#connection.run(
      `COPY (SELECT * FROM read_parquet('${this.#files}') WHERE ${within(from, to)} ORDER BY "timestamp") TO '${file}' (FORMAT parquet)`,
    );
  }

  close(): void {
    this.#connection.closeSync();
  }
}

const within = (from: Date, to: Date) => `"timestamp"::TIMESTAMP >= '${stamp(from)}' AND "timestamp"::TIMESTAMP < '${stamp(to)}'`;
const stamp = (time: Date) => time.toISOString().slice(0, 19).replace('T', ' ');
