/**
 * The largest distance between the distribution functions of two samples (N. Smirnov, 1939), exact, also where values repeat.
 * @param a ascending @param b ascending @returns 0 to 1; NaN where a sample is empty
 */
export function ksStatistic(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return NaN;
  let [i, j, largest] = [0, 0, 0];
  // In units of 1 / (a.length b.length), in which everything is a whole number and nothing is rounded up to 2^53.
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] as number, b[j] as number];
    const value = x <= y ? x : y;
    if (x <= y)
      do i++;
      while (a[i] === value);
    if (y <= x)
      do j++;
      while (b[j] === value);
    const off = Math.abs(i * b.length - j * a.length);
    if (off > largest) largest = off;
  }
  return largest / (a.length * b.length);
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
