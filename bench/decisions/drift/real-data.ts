import { DuckDBInstance } from '@duckdb/node-api';
import { packageFile } from '../../../src/package-root.ts';
import type { Columns } from './watch.ts';

/** Columns of an example's rows as numbers, in the order of time. */
export async function exampleColumns(example: 'electricity' | 'bike-demand', names: readonly string[]): Promise<Columns> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  try {
    const files = packageFile(`examples/${example}/data/*.parquet`);
    const wanted = names.map((name) => `${name}::DOUBLE AS ${name}`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${wanted} FROM read_parquet('${files}') ORDER BY "timestamp"`);
    const found = reader.getColumnsObjectJS() as Record<string, number[]>;
    return Object.fromEntries(names.map((name) => [name, Float64Array.from(found[name] ?? [])]));
  } finally {
    connection.closeSync();
  }
}

export const electricityFeatures = ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];
export const bikeFeatures = [
  'hour',
  'season',
  'holiday',
  'weekday',
  'workingday',
  'weathersit',
  'temp',
  'atemp',
  'hum',
  'windspeed',
];
