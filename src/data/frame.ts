import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { classPair, sortedClasses } from './class-order.ts';
import type { Frame, FrameColumn } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, parquet, withDuck } from './duckdb.ts';

/** Rows between two looks at the clock of others. */
const pause = 100_000;

/**
 * A dataset in memory, by column: 4 bytes a number, boolean or category and 8 a label, a timestamp and a weight, a row.
 * `levels` and `classes` are those of the whole dataset, in the order of their bytes; of classes see `Frame`.
 */
export function readFrame(store: ObjectStore, uri: string, spec: ModelSpec, signal?: AbortSignal): Promise<Frame> {
  return withDuck(signal, async (duck) => {
    const table = parquet(await store.localPath(uri, duck.scratch));
    const { rows } = await duck.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
    const { timestamp, label, weight, features } = spec.contract;
    const names = Object.keys(features);
    const fills: Fill[] = [];
    const columns: Record<string, FrameColumn> = {};
    for (const [i, name] of names.entries()) {
      const column = identifier(name);
      if (features[name]?.type === 'category') {
        const levels = await levelsOf(duck, table, column);
        const codes = new Int32Array(rows);
        columns[name] = { type: 'category', codes, levels };
        fills.push({ sql: await codesOf(duck, table, column, i, levels.length), target: codes });
      } else {
        const values = new Float32Array(rows);
        columns[name] = { type: 'number', values, ...(features[name]?.type === 'boolean' ? { boolean: true } : {}) };
        fills.push({ sql: `coalesce(CAST(${column} AS FLOAT), CAST('nan' AS FLOAT))`, target: values });
      }
    }
    const classes = spec.task === 'regression' ? null : await classesOf(duck, table, spec);
    const labels = new Float64Array(rows);
    fills.push({
      sql: classes === null ? identifier(label) : await indexOf(duck, identifier(label), classes),
      target: labels,
    });
    const times = timestamp === undefined ? null : new Float64Array(rows);
    if (timestamp !== undefined && times !== null)
      fills.push({ sql: `CAST(epoch_ms(${identifier(timestamp)}) AS DOUBLE)`, target: times });
    // Rows are read to be scored as well, with a spec that may have got its column of weights after the dataset was made.
    const weights = weight !== undefined && (await duck.columns(table)).includes(weight) ? new Float64Array(rows) : null;
    if (weight !== undefined && weights !== null) fills.push({ sql: identifier(weight), target: weights });
    await fill(duck, table, fills);
    return {
      rows,
      features: names,
      columns,
      label: labels,
      classes,
      timestamp: times,
      ...(weights === null ? {} : { weight: weights }),
    };
  });
}

/** A column of a query and where its values go. */
interface Fill {
  readonly sql: string;
  readonly target: Float32Array | Float64Array | Int32Array;
}

async function fill(duck: Duck, table: string, fills: readonly Fill[]): Promise<void> {
  let row = 0;
  let rested = 0;
  for await (const chunk of duck.chunks(`SELECT ${fills.map(({ sql }) => sql).join(', ')} FROM ${table}`)) {
    for (const [i, { target }] of fills.entries()) copy(chunk, i, target, row);
    row += chunk.rowCount;
    if (row - rested > pause) {
      rested = row;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function copy(chunk: DuckDBDataChunk, column: number, target: Fill['target'], offset: number): void {
  const vector = chunk.getColumnVector(column);
  const rows = chunk.rowCount;
  for (let i = 0; i < rows; i++) target[offset + i] = vector.getItem(i) as number;
}

async function levelsOf(duck: Duck, table: string, column: string): Promise<string[]> {
  const rows = await duck.rows<{ level: string }>(
    `SELECT DISTINCT ${column} AS level FROM ${table} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  return rows.map(({ level }) => level);
}

/** A category's codes in SQL, by way of an enumeration, which DuckDB keeps as numbers. */
async function codesOf(duck: Duck, table: string, column: string, i: number, levels: number): Promise<string> {
  if (levels === 0) return 'CAST(-1 AS INTEGER)';
  await duck.run(
    `CREATE TYPE levels${i} AS ENUM (SELECT DISTINCT ${column} FROM ${table} WHERE ${column} IS NOT NULL ORDER BY 1)`,
  );
  return `coalesce(CAST(enum_code(CAST(${column} AS levels${i})) AS INTEGER), -1)`;
}

/** A label's place among the classes in SQL. */
async function indexOf(duck: Duck, label: string, classes: readonly string[]): Promise<string> {
  if (classes.length === 2) return `CAST(${label} = ${literal(classes[1] ?? '')} AS INTEGER)`;
  await duck.run(`CREATE TYPE classes AS ENUM (${classes.map(literal).join(', ')})`);
  return `CAST(enum_code(CAST(${label} AS classes)) AS INTEGER)`;
}

/** Of two [negative, positive]: the one that the contract names, or the greater. Of more all of them, by number where all are, else by their bytes. */
async function classesOf(duck: Duck, table: string, { contract, task }: ModelSpec): Promise<readonly string[]> {
  const found = await levelsOf(duck, table, identifier(contract.label));
  if (task === 'multiclass-classification') {
    if (found.length < 3) throw new Error(`A dataset of a multiclass classifier has ${found.length} classes.`);
    return sortedClasses(found);
  }
  const [a, b] = found;
  if (a === undefined || b === undefined || found.length !== 2)
    throw new Error(`A dataset of a binary classifier has ${found.length} classes.`);
  return classPair(a, b, contract.positive);
}
