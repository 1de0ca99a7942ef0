import type { Frame, FrameColumn } from '../../data/dataset.ts';

/** Rows of the overall mean that are added to every category's own, so that a rare one does not lead the order. */
const prior = 10;

/**
 * A category feature as numbers: its levels in the order of their mean label (W. Fisher, "On grouping for maximum homogeneity",
 * JASA 1958: for a binary or squared loss the best split into two groups is a cut of that order). Missing and unseen are NaN.
 */
export interface CategoryOrder {
  /** Level to rank. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly values: Float32Array;
}

export function orderCategories(column: Extract<FrameColumn, { type: 'category' }>, label: Frame['label']): CategoryOrder {
  const sums = new Float64Array(column.levels.length);
  const counts = new Float64Array(column.levels.length);
  let total = 0;
  for (let i = 0; i < label.length; i++) {
    const code = column.codes[i] ?? -1;
    total += label[i] ?? 0;
    if (code < 0) continue;
    sums[code] = (sums[code] ?? 0) + (label[i] ?? 0);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const mean = label.length === 0 ? 0 : total / label.length;
  const smoothed = (code: number) => ((sums[code] ?? 0) + prior * mean) / ((counts[code] ?? 0) + prior);
  // The empty text is how a graph is told of a missing value.
  const seen = [...column.levels.keys()].filter((code) => (counts[code] ?? 0) > 0 && column.levels[code] !== '');
  // Equal means are told apart by the name, so that the order does not depend on the order of the rows.
  seen.sort((a, b) => smoothed(a) - smoothed(b) || ((column.levels[a] ?? '') < (column.levels[b] ?? '') ? -1 : 1));
  const rankOf = new Map(seen.map((code, rank) => [code, rank]));
  const values = Float32Array.from(column.codes, (code) => rankOf.get(code) ?? NaN);
  return { ranks: new Map(seen.map((code, rank) => [column.levels[code] ?? '', rank])), values };
}
