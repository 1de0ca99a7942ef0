import type { Bounds } from './confidence-sequence.ts';
import { logBeta } from './log-gamma.ts';

/** Values by where they are at most: ascending upper ends, and how many values are up to each and above the one before. */
export type Histogram = readonly (readonly [upTo: number, count: number])[];

/** Values expected beyond the quantile among as many as the bounds are tightest for. */
const tightest = 10;

/**
 * Bounds of a quantile that hold at all times at once with probability 1 - alpha: a confidence sequence, of a distribution that
 * nothing is known of. A value x is below the quantile when too few values are up to x: their number of n is held against the
 * quantile's share p by Robbins' beta-binomial mixture B(a + k, b + n - k) / (B(a, b) p^k (1 - p)^(n - k)), which is expected to
 * be 1 (S. R. Howard and A. Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm
 * identification", Bernoulli 28, 2022, theorem 1 with the beta-binomial boundary). Both sides share alpha.
 *
 * Counts add, so the bounds depend on neither order nor grouping. They are at ends of the histogram: `high` is the first upper end
 * that is surely at or above the quantile, `low` the last that is surely below, -Infinity and Infinity where none is. Two versions
 * differ where their bounds do not overlap, each at alpha / 2.
 * @param quantile 0 to 1, both excluded
 */
export function quantileBounds(histogram: Histogram, quantile: number, alpha: number): Bounds {
  const within: number[] = [];
  let count = 0;
  for (const [, of] of histogram) within.push((count += of));
  const excluded = (hits: number) => logEValueOfShare(hits, count, quantile) >= Math.log(1 / alpha);
  // Evidence grows with the distance from the quantile on either side.
  const below = firstOf(within.length, (i) => (within[i] ?? 0) >= count * quantile || !excluded(within[i] ?? 0)) - 1;
  const above = firstOf(within.length, (i) => (within[i] ?? 0) > count * quantile && excluded(within[i] ?? 0));
  return { low: histogram[below]?.[0] ?? -Infinity, high: histogram[above]?.[0] ?? Infinity };
}

/** The logarithm of the e-value that the share of some kind, met `hits` times in `count`, is not `share`. */
export function logEValueOfShare(hits: number, count: number, share: number): number {
  const size = tightest / Math.min(share, 1 - share);
  const [a, b] = [share * size, (1 - share) * size];
  const likelihood = hits * Math.log(share) + (count - hits) * Math.log1p(-share);
  return logBeta(a + hits, b + count - hits) - logBeta(a, b) - likelihood;
}

/** The first index from which `holds` is true, by bisection; `length` where it nowhere is. */
function firstOf(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
