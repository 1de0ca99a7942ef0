import type { Column } from '../monitoring/shifts.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { batchMeansTime } from '../stats/batch-means.ts';
import { Random } from '../training/random.ts';
import { normal } from './draws.ts';

/** Rows that a champion was accepted on, oldest first. */
export interface AcceptedRows {
  readonly rows: number;
  /** By feature. */
  readonly columns: Readonly<Record<string, Column>>;
  /** The champion's own of these rows; null where it was not asked. */
  readonly scores: Float64Array | null;
  readonly importances: Readonly<Record<string, number>>;
}

/** So many times as long as neighbours are alike is a block, and no longer than a tenth of all rows. */
const [timesAlike, most] = [10, 0.1];
const least = 20;

/**
 * How long blocks have to be so that what is alike stays together: neighbours by the hour or the season.
 * @returns rows
 */
export function blockLength({ rows, columns, scores }: AcceptedRows): number {
  const numbers = [...Object.values(columns), ...(scores === null ? [] : [scores])].map((column) =>
    Float64Array.from(column, (value) => (typeof value === 'string' ? NaN : Number(value))).filter(
      (value) => !Number.isNaN(value),
    ),
  );
  const alike = Math.max(1, ...numbers.map(batchMeansTime));
  return Math.max(1, Math.min(Math.max(least, Math.ceil(timesAlike * alike)), Math.floor(rows * most)));
}

/** Which rows: blocks from anywhere, one after the other (H. R. Kuensch, Annals of Statistics 17, 1989). */
export function resampled(rows: number, block: number, count: number, random: Random): Int32Array {
  const picked = new Int32Array(count);
  for (let at = 0; at < count; at += block) {
    const from = random.below(rows - block + 1);
    for (let i = 0; i < block && at + i < count; i++) picked[at + i] = from + i;
  }
  return picked;
}

/** The values of some rows. */
export function pick(column: Column, rows: Int32Array): Column {
  return column instanceof Float64Array
    ? Float64Array.from(rows, (row) => column[row] ?? NaN)
    : Array.from(rows, (row) => column[row]);
}

/** Rows for a model that has none yet: independent of each other, numbers normal, booleans and categories all alike. */
export function assumedRows({ contract }: Pick<ModelSpec, 'contract'>, rows = 5000): AcceptedRows {
  const random = new Random(1);
  const columns = Object.entries(contract.features).map(([name, feature]): [string, Column] => {
    if (feature.type === 'number') return [name, Float64Array.from({ length: rows }, () => normal(random))];
    if (feature.type === 'boolean') return [name, Float64Array.from({ length: rows }, () => random.below(2))];
    const values = feature.values ?? ['a', 'b', 'c'];
    return [name, Array.from({ length: rows }, () => values[random.below(values.length)])];
  });
  return { rows, columns: Object.fromEntries(columns), scores: null, importances: {} };
}
