/** How many neighbours in time are looked at for what they have in common: 1.3 times the root of the rows, at least 1. */
export function bandwidth(rows: number): number {
  return Math.max(1, Math.min(rows, Math.ceil(1.3 * Math.sqrt(rows))));
}

/**
 * How many times larger the variance of the mean of values in time order is than it were if they were independent: so many rows say
 * no more than one. Autocovariances with Bartlett's weights (W. Newey and K. West, Econometrica 55, 1987, 703-708) and the bandwidth
 * of E. Lazarus, D. Lewis, J. Stock and M. Watson ("HAR Inference: Recommendations for Practice", Journal of Business and Economic
 * Statistics 36, 2018). At least 1: what alternates is not counted as more than it is.
 */
export function varianceInflation(values: ArrayLike<number>): number {
  const rows = values.length;
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += values[i] as number;
  const off = Float64Array.from(values, (value) => value - sum / rows);
  const covariance = (lag: number) => {
    let product = 0;
    for (let i = lag; i < rows; i++) product += (off[i] as number) * (off[i - lag] as number);
    return product;
  };
  const variance = covariance(0);
  if (!(variance > 0)) return 1;
  const width = bandwidth(rows);
  let inflation = 1;
  for (let lag = 1; lag < width; lag++) inflation += (2 * (1 - lag / width) * covariance(lag)) / variance;
  return Math.max(1, inflation);
}
