/** Mean and standard deviation (of the population) of the values that are not missing (NaN); NaN without any. */
export function moments(values: ArrayLike<number>): { count: number; mean: number; sd: number } {
  let count = 0;
  let mean = 0;
  let squares = 0;
  // Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 1962.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    count++;
    const step = value - mean;
    mean += step / count;
    squares += step * (value - mean);
  }
  return count === 0 ? { count, mean: NaN, sd: NaN } : { count, mean, sd: Math.sqrt(squares / count) };
}
