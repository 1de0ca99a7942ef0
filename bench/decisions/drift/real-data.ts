import { DuckDBInstance } from '@duckdb/node-api';
import { packageFile } from '../../../src/package-root.ts';
import type { Random } from '../../../src/training/random.ts';
import { inDrawnOrder } from './streams.ts';
import { type Columns, cut } from './watch.ts';

/** The rows of an example in the order of time, and what its file says of them. */
export interface RealStream {
  readonly name: string;
  readonly task: 'binary-classification' | 'regression';
  readonly columns: Columns;
  readonly label: Float64Array;
  /** Rows of a day, and rows held out at a release. */
  readonly day: number;
  readonly heldOut: number;
}

export async function electricityStream(): Promise<RealStream> {
  const features = ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];
  return {
    name: 'electricity',
    task: 'binary-classification',
    day: 48,
    heldOut: 7 * 48,
    ...(await rowsOf('electricity', features, 'class')),
  };
}

export async function bikeStream(): Promise<RealStream> {
  const calendar = ['hour', 'season', 'holiday', 'weekday', 'workingday'];
  const features = [...calendar, 'weathersit', 'temp', 'atemp', 'hum', 'windspeed'];
  return {
    name: 'bike demand',
    task: 'regression',
    day: 24,
    heldOut: 28 * 24,
    ...(await rowsOf('bike-demand', features, 'cnt')),
  };
}

/** As the stream began. */
export function firstRows(stream: RealStream, rows: number): RealStream {
  return { ...stream, columns: cut(stream.columns, 0, rows), label: stream.label.subarray(0, rows) };
}

/** The stream with its blocks of so many rows in an order that is drawn. */
export function reordered(stream: RealStream, block: number, random: Random): RealStream {
  const order = inDrawnOrder(stream.label.length, block, random);
  const pick = (values: Float64Array) => Float64Array.from(order, (row) => values[row] ?? NaN);
  const columns = Object.entries(stream.columns).map(([name, values]) => [name, pick(values)]);
  return { ...stream, columns: Object.fromEntries(columns) as Columns, label: pick(stream.label) };
}

/** Columns of an example as numbers. */
async function rowsOf(
  example: string,
  features: readonly string[],
  label: string,
): Promise<Pick<RealStream, 'columns' | 'label'>> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  try {
    const files = packageFile(`examples/${example}/data/*.parquet`);
    const wanted = [...features, label].map((name) => `${name}::DOUBLE AS ${name}`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${wanted} FROM read_parquet('${files}') ORDER BY "timestamp"`);
    const found = reader.getColumnsObjectJS() as Record<string, number[]>;
    const column = (name: string) => Float64Array.from(found[name] ?? []);
    return { columns: Object.fromEntries(features.map((name) => [name, column(name)])), label: column(label) };
  } finally {
    connection.closeSync();
  }
}
