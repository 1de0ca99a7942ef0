import type { Frame, FrameColumn } from '../data/dataset.ts';
import type { FeatureSpec } from '../spec/schema.ts';
import { Random } from '../training/random.ts';

/** The same rows with one column changed, and which of them that changes. */
export interface ChangedRows {
  readonly frame: Frame;
  /** 1 where the value is another one than before. */
  readonly changed: Uint8Array;
}

/** Values of a category that are tried, the most frequent first. */
const mostLevels = 20;

/**
 * A column with each other value that it may have: of a category each level in turn, of a boolean the other one, of a number `by`
 * more and `by` less, within the range that the contract states. Missing values stay missing.
 */
export function otherValues(
  frame: Frame,
  name: string,
  by: number | undefined,
  contract: FeatureSpec | undefined,
): ChangedRows[] {
  const column = frame.columns[name];
  if (column === undefined) return [];
  if (column.type === 'category')
    return frequentLevels(column.codes, column.levels.length).map((level) => {
      const codes = column.codes.map((code) => (code < 0 ? code : level));
      return withColumn(frame, name, { ...column, codes });
    });
  if (column.boolean === true) return [withColumn(frame, name, { ...column, values: column.values.map((value) => 1 - value) })];
  return [by ?? 0, -(by ?? 0)].map((step) => withColumn(frame, name, moved(column, step, contract)));
}

/** A number with `by` added, up to the largest that the contract allows; a boolean that becomes true. */
export function raised(
  frame: Frame,
  name: string,
  by: number | undefined,
  contract: FeatureSpec | undefined,
): ChangedRows | null {
  const column = frame.columns[name];
  if (column === undefined || column.type === 'category') return null;
  if (column.boolean !== true) return withColumn(frame, name, moved(column, by ?? 0, contract));
  return withColumn(frame, name, { ...column, values: column.values.map((value) => (Number.isNaN(value) ? value : 1)) });
}

/** The same rows with a share of the values of some columns taken away at random; equal seeds take the same ones. */
export function withMissing(frame: Frame, names: readonly string[], share: number, seed: number): Frame {
  const random = new Random(seed);
  const columns: Record<string, FrameColumn> = { ...frame.columns };
  for (const name of names) {
    const column = frame.columns[name];
    if (column === undefined) continue;
    const isTaken = Uint8Array.from({ length: frame.rows }, () => (random.next() < share ? 1 : 0));
    columns[name] =
      column.type === 'category'
        ? { ...column, codes: column.codes.map((code, row) => (isTaken[row] === 1 ? -1 : code)) }
        : { ...column, values: column.values.map((value, row) => (isTaken[row] === 1 ? NaN : value)) };
  }
  return { ...frame, columns };
}

/** One row in memory, from what pawl.yaml says of it; what it leaves out is missing. */
export function frameOfRow(like: Frame, row: Readonly<Record<string, string | number | boolean | null>>): Frame {
  const columns = Object.entries(like.columns).map(([name, column]): [string, FrameColumn] => {
    const value = row[name] ?? null;
    if (column.type === 'category')
      return [
        name,
        { type: 'category', codes: Int32Array.of(value === null ? -1 : 0), levels: value === null ? [] : [String(value)] },
      ];
    return [name, { ...column, values: Float32Array.of(value === null ? NaN : Number(value)) }];
  });
  return { ...like, rows: 1, columns: Object.fromEntries(columns), label: Float64Array.of(NaN), timestamp: null };
}

type NumberColumn = Extract<FrameColumn, { type: 'number' }>;

function moved(column: NumberColumn, by: number, contract: FeatureSpec | undefined): NumberColumn {
  const { min = -Infinity, max = Infinity } = contract?.type === 'number' ? contract : {};
  // A value that is out of the range already is not brought back into it.
  const end = (value: number) =>
    by > 0 ? Math.max(value, Math.min(max, value + by)) : Math.min(value, Math.max(min, value + by));
  return { ...column, values: column.values.map((value) => (Number.isNaN(value) ? value : end(value))) };
}

function frequentLevels(codes: Int32Array, levels: number): number[] {
  const counts = new Uint32Array(levels);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  const present = Array.from(counts.keys()).filter((level) => (counts[level] ?? 0) > 0);
  return present.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b).slice(0, mostLevels);
}

function withColumn(frame: Frame, name: string, column: FrameColumn): ChangedRows {
  const before = frame.columns[name];
  const of = (one: FrameColumn | undefined, row: number) => (one?.type === 'category' ? one.codes[row] : one?.values[row]);
  const changed = Uint8Array.from({ length: frame.rows }, (_, row) => (Object.is(of(before, row), of(column, row)) ? 0 : 1));
  return { frame: { ...frame, columns: { ...frame.columns, [name]: column } }, changed };
}
