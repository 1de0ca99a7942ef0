import type { Frame } from '../../../src/data/dataset.ts';
import { Random } from '../../../src/training/random.ts';
import { columns } from './columns.ts';

/** Rows by feature, four decimals as a source would have them, each below 1. */
type Row = readonly number[];

export function generateRows(count: number, seed: number): Row[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => columns.map(() => random.below(10_000) / 10_000));
}

/**
 * Rows to learn from. The label follows from many features and pairs of them, with noise, so that all trees grow to their full
 * size and no two of them are alike.
 */
export function trainingFrame(count: number, seed: number): Frame {
  const rows = generateRows(count, seed);
  const random = new Random(seed + 1);
  const label = Float64Array.from(rows, (row) => {
    const score = row.reduce((sum, x, i) => sum + Math.sin(4 * x + i) * (0.3 + (row[(i + 7) % row.length] ?? 0)), 0);
    return Number(random.next() < 1 / (1 + Math.exp(-2 * score)));
  });
  return {
    rows: count,
    features: columns,
    columns: Object.fromEntries(
      columns.map((name, i) => [name, { type: 'number', values: Float32Array.from(rows, (row) => row[i] ?? NaN) }]),
    ),
    label,
    classes: ['0', '1'],
    timestamp: null,
  };
}
