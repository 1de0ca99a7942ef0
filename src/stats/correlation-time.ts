/**
 * How many values that follow each other are worth one independent value: the integrated autocorrelation time, -1 + 2 times the
 * sum of pairs of neighbouring autocorrelations for as long as the pairs are positive (C. Geyer, "Practical Markov Chain Monte
 * Carlo", Statistical Science 7, 1992, section 3.3). The mean of n values has the variance of n / time independent ones.
 * @returns 1 for independent values, for fewer than 10, and for values that do not vary; at most a tenth of their number, beyond
 * which so few values cannot tell
 */
export function correlationTime(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 10) return 1;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] ?? 0;
  const mean = sum / n;
  const covariance = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += ((values[i] ?? 0) - mean) * ((values[i - lag] ?? 0) - mean);
    return sum / n;
  };
  const variance = covariance(0);
  if (variance <= 0) return 1;
  const most = n / 10;
  let time = -1;
  for (let lag = 0; lag + 1 < n && time < most; lag += 2) {
    const pair = (covariance(lag) + covariance(lag + 1)) / variance;
    if (pair <= 0) break;
    time += 2 * pair;
  }
  return Math.min(most, Math.max(1, time));
}
