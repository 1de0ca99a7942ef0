import { firstAbove } from './sorted-numbers.ts';

/** How many rows of each sample are passed where the distance is known. */
type Look = readonly [i: number, j: number];

/** Rows between two looks at how far apart the samples are. */
const stride = 256;

/**
 * The largest distance between the distribution functions of two samples (N. Smirnov, 1939), exact, also where values repeat.
 *
 * Most rows are never looked at: between two values at which the distance is known it can be no larger than if all rows of the
 * one came before all of the other's, and where that is less than the largest distance found there is nothing to look for.
 * @param a ascending @param b ascending @returns 0 to 1; NaN where a sample is empty
 */
export function ksStatistic(a: Float64Array, b: Float64Array): number {
  const [rows, others] = [a.length, b.length];
  if (rows === 0 || others === 0) return NaN;
  const looks: Look[] = [[0, 0]];
  for (let i = stride; i < rows; i += stride) {
    const value = a[i] as number;
    looks.push([firstAbove(a, value), firstAbove(b, value)]);
  }
  looks.push([rows, others]);
  // In units of 1 / (rows others) all distances are whole numbers.
  let largest = 0;
  for (const [i, j] of looks) largest = Math.max(largest, Math.abs(i * others - j * rows));
  let from: Look = [0, 0];
  for (const to of looks) {
    if (Math.max(to[0] * others - from[1] * rows, to[1] * rows - from[0] * others) > largest) {
      largest = Math.max(largest, largestWithin(a, b, from, to));
    }
    from = to;
  }
  return largest / (rows * others);
}

function largestWithin(a: Float64Array, b: Float64Array, from: Look, [endA, endB]: Look): number {
  const [rows, others] = [a.length, b.length];
  let [[i, j], largest] = [from, 0];
  // Once one sample has no more rows here the distance only nears that at the end, which is known.
  while (i < endA && j < endB) {
    const [x, y] = [a[i] as number, b[j] as number];
    const value = x <= y ? x : y;
    while (i < endA && a[i] === value) i++;
    while (j < endB && b[j] === value) j++;
    const off = Math.abs(i * others - j * rows);
    if (off > largest) largest = off;
  }
  return largest;
}

/**
 * What the Kolmogorov-Smirnov statistic of two samples can be, from their counts over the same ascending bins: at least the
 * largest distance at the edges, and within a bin no more than if one sample had all its rows at the bin's lower end and the
 * other at its upper.
 * @returns bounds that hold with certainty; NaN where a sample is empty
 */
export function ksOfCounts(a: readonly number[], b: readonly number[]): { readonly low: number; readonly high: number } {
  const [rows, others] = [total(a), total(b)];
  if (rows === 0 || others === 0) return { low: NaN, high: NaN };
  let [below, belowOthers, low, high] = [0, 0, 0, 0];
  for (let bin = 0; bin < a.length; bin++) {
    const [upTo, upToOthers] = [below + (a[bin] ?? 0) / rows, belowOthers + (b[bin] ?? 0) / others];
    low = Math.max(low, Math.abs(upTo - upToOthers));
    high = Math.max(high, upTo - belowOthers, upToOthers - below);
    [below, belowOthers] = [upTo, upToOthers];
  }
  return { low, high: Math.min(1, high) };
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/**
 * The chance of a distance as large or larger between two samples of one distribution, in the limit of many rows: the
 * distribution of A. Kolmogorov (1933) at distance * sqrt(n m / (n + m)). For few rows, and where values repeat, it is too large:
 * the test errs on the quiet side.
 */
export function ksPValue(distance: number, rows: number, otherRows: number): number {
  return kolmogorovTail(distance * Math.sqrt((rows * otherRows) / (rows + otherRows)));
}

/** P(K > x), by the series that converges fast there: W. Feller, Annals of Mathematical Statistics 19 (1948), 177-189. */
export function kolmogorovTail(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < 0.04) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k < 40; k += 2) sum += Math.exp(-(k * k * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k < 10; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
