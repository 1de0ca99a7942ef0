import type { WatchedFunction } from '../stats/e-detector.ts';
import { normalQuantile } from '../stats/normal.ts';
import { binCount, binOfBoolean, binOfNumber, type FeatureBins } from '../stats/reference-bins.ts';

/** Of a number's evidence, what bets on where it lies; the rest bets on how far it spreads. */
const forPlace = 0.9;
/** Categories that are watched one by one; the others together. */
const mostWatched = 8;

/** The bin of a value as `driftReference` takes it: a number or boolean, NaN where it is missing; or a category, ''. */
export function binOf(bins: FeatureBins, value: number | string): number {
  if (bins.type === 'category') {
    if (value === '') return bins.values.length + 1;
    const place = bins.values.indexOf(String(value));
    return place < 0 ? bins.values.length : place;
  }
  return bins.type === 'number' ? binOfNumber(bins.edges, Number(value)) : binOfBoolean(Number(value));
}

/**
 * What is watched of the values that are there: of a number its rank as a normal score (of the share of the counts below it and
 * half of those in its bin) and its distance from the middle rank; of a boolean the share that is true; of a category the share of
 * each frequent value.
 * @param counts rows by bin that are taken to be as they should be
 */
export function distributionFunctions(bins: FeatureBins, counts: readonly number[]): WatchedFunction[] {
  const size = binCount(bins);
  const present = counts.slice(0, size - 1);
  const rows = present.reduce((sum, count) => sum + count, 0);
  const watched = (values: number[], weight: number): WatchedFunction => {
    // One row and one that is its opposite are added: what was never seen is not impossible.
    const sum = present.reduce((total, count, bin) => total + count * (values[bin] ?? 0), 0);
    return { values, mean: (sum + 1) / (rows + 2), weight, falls: true };
  };
  if (bins.type === 'boolean') return [watched([0, 1, 0], 1)];
  if (bins.type === 'category') {
    const own = Math.min(mostWatched, bins.values.length);
    const others = bins.values.length > own ? 1 : 0;
    const groups = Math.max(1, own + others);
    return Array.from({ length: groups }, (_, group) =>
      watched(
        Array.from({ length: size }, (_, bin) => Number(group < own ? bin === group : bin >= own && bin < bins.values.length)),
        1 / groups,
      ),
    );
  }
  let below = 0;
  const ranks = present.map((count) => {
    const rank = rows === 0 ? 0.5 : (below + count / 2) / rows;
    below += count;
    return rank;
  });
  // Values that are missing are not counted here; what is in their place is never read.
  return [
    watched([...ranks.map(normalScore), 0.5], forPlace),
    watched([...ranks.map((rank) => (2 * rank - 1) ** 2), 0], 1 - forPlace),
  ];
}

/** Whether a row is in one bin, which should be as seldom as it was. */
export function rateFunction(counts: readonly number[], bin: number): WatchedFunction {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const values = counts.map((_, i) => Number(i === bin));
  return { values, mean: ((counts[bin] ?? 0) + 1) / (rows + 2), weight: 1, falls: false };
}

/** Ranks so far out count alike. */
const farthest = 2.2;

/**
 * Where a rank stands in a normal distribution (B. van der Waerden, Indagationes Mathematicae 14, 1952), from 0 to 1: at no
 * distribution do they see a shift later than the values themselves would (H. Chernoff and I. Savage, Annals of Mathematical
 * Statistics 29, 1958).
 */
function normalScore(rank: number): number {
  const score = normalQuantile(rank);
  return (Math.max(-farthest, Math.min(farthest, score)) / farthest + 1) / 2;
}
