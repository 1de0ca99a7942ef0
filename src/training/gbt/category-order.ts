import type { FrameColumn } from '../../data/dataset.ts';
import { lowerBound, type BinnedFeature } from './binning.ts';
import { firstComponent } from './first-component.ts';
import type { Target } from './loss.ts';

/** Rows of the overall mean that are added to every category's own, so that a rare one does not lead the order. */
const prior = 10;

/**
 * A category feature as numbers: its levels in the order of their mean label, for three classes and more in that of the first
 * principal component of their class shares (D. Coppersmith, S. Hong and J. Hosking, "Partitioning nominal attributes in decision
 * trees", Data Mining and Knowledge Discovery 3, 1999). Where there are more levels than bins, those that share one are alike; which
 * bins go together is for each split to say (category-split.ts). Missing and unseen are NaN.
 */
export interface CategoryOrder {
  /** Level to rank. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly values: Float32Array;
}

/** Level to bin. */
export function codesOf(ranks: CategoryOrder['ranks'], { thresholds }: BinnedFeature): ReadonlyMap<string, number> {
  return new Map([...ranks].map(([level, rank]) => [level, lowerBound(thresholds, rank)]));
}

/**
 * @param target only the rows that are learned from have a say
 * @param classes three or more: the labels are their indices; otherwise null
 */
export function orderCategories(
  column: Extract<FrameColumn, { type: 'category' }>,
  { label, weights, learned }: Target,
  classes: number | null,
): CategoryOrder {
  const { codes, levels } = column;
  const width = classes ?? 1;
  // By level: the weight of its rows, and of each class or the sum of the labels; after the levels those of all rows.
  const counts = new Float64Array(levels.length + 1);
  const sums = Array.from({ length: levels.length + 1 }, () => new Float64Array(width));
  const add = (level: number, of: number, weight: number, amount: number) => {
    counts[level] = (counts[level] as number) + weight;
    const sum = sums[level] as Float64Array;
    sum[of] = (sum[of] as number) + weight * amount;
  };
  for (let row = 0; row < learned; row++) {
    const weight = weights === null ? 1 : (weights[row] as number);
    const y = label[row] as number;
    const [of, amount] = classes === null ? [0, y] : [y, 1];
    add(levels.length, of, weight, amount);
    const code = codes[row] as number;
    if (code >= 0) add(code, of, weight, amount);
  }
  const total = counts[levels.length] as number;
  const overall = (sums[levels.length] as Float64Array).map((sum) => (total === 0 ? 0 : sum / total));
  const smoothed = sums.map((sum, level) =>
    sum.map((one, k) => (one + prior * (overall[k] as number)) / ((counts[level] as number) + prior)),
  );
  // The empty text is how a graph is told of a missing value.
  const seen = [...levels.keys()].filter((code) => (counts[code] as number) > 0 && levels[code] !== '');
  const direction =
    classes === null
      ? Float64Array.of(1)
      : firstComponent(
          seen.map((code) => smoothed[code] ?? overall),
          seen.map((code) => counts[code] as number),
        );
  const place = smoothed.map((means) => means.reduce((sum, mean, k) => sum + mean * (direction[k] as number), 0));
  // Equal places are told apart by the name, so that the order does not depend on the order of the rows.
  seen.sort((a, b) => (place[a] as number) - (place[b] as number) || ((levels[a] ?? '') < (levels[b] ?? '') ? -1 : 1));
  const rankOf = new Map(seen.map((code, rank) => [code, rank]));
  const values = Float32Array.from(codes, (code) => rankOf.get(code) ?? NaN);
  return { ranks: new Map(seen.map((code, rank) => [levels[code] ?? '', rank])), values };
}
