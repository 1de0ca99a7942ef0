/** Count, mean and sum of squared deviations of some numbers. Merging two equals summarising all at once. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

export const emptySummary: Summary = { count: 0, mean: 0, squares: 0 };

/** Of the finite values; NaN (missing) and infinities are passed over. Welford, Technometrics 4 (1962), 419-420. */
export function summarise(values: Iterable<number>): Summary {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return { count, mean, squares };
}

/** The same of many finite numbers in memory, in two passes, which are faster and lose less to rounding. */
export function summariseAll(values: Float64Array): Summary {
  if (values.length === 0) return emptySummary;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let [squares, off] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const deviation = (values[i] as number) - mean;
    off += deviation;
    squares += deviation * deviation;
  }
  // What rounding has left of the mean (Chan, Golub and LeVeque, formula 1.7).
  return { count: values.length, mean: mean + off / values.length, squares: squares - (off * off) / values.length };
}

/** Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979, formula 2.1. */
export function mergeSummaries(a: Summary, b: Summary): Summary {
  const count = a.count + b.count;
  if (count === 0) return emptySummary;
  const off = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (off * b.count) / count,
    squares: a.squares + b.squares + (off * off * a.count * b.count) / count,
  };
}

/** Sample standard deviation (n - 1); 0 below two values. */
export function standardDeviation({ count, squares }: Summary): number {
  return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
}

/** Standard error of the mean; 0 below two values. */
export function standardError(summary: Summary): number {
  return summary.count < 2 ? 0 : standardDeviation(summary) / Math.sqrt(summary.count);
}
