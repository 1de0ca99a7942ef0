import { normalQuantile } from '../stats/normal.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import type { Interval } from './bootstrap.ts';

/** So many of so many. */
export interface Proportion {
  readonly hits: number;
  readonly trials: number;
}

export const shareOf = ({ hits, trials }: Proportion): number => (trials === 0 ? NaN : hits / trials);

/** Wilson's interval. @param confidence of each end */
export function proportionInterval({ hits, trials }: Proportion, confidence: number): Interval {
  return wilsonInterval(hits, trials, normalQuantile(confidence));
}

/**
 * The difference of two independent proportions, the first less the second: Newcombe's hybrid of their Wilson intervals
 * (R. Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10). @param confidence of each end
 */
export function differenceInterval(first: Proportion, second: Proportion, confidence: number): Interval {
  const [p, q] = [shareOf(first), shareOf(second)];
  if (Number.isNaN(p) || Number.isNaN(q)) return { low: -1, high: 1 };
  const [a, b] = [proportionInterval(first, confidence), proportionInterval(second, confidence)];
  return { low: p - q - Math.hypot(p - a.low, b.high - q), high: p - q + Math.hypot(a.high - p, q - b.low) };
}

/**
 * The ratio of two independent proportions, the first over the second, on the scale of its logarithm, half a hit and half a trial
 * added to each (D. Katz, J. Baptista, S. Azen and M. Pike, Biometrics 34, 1978, 469-474; S. Walter, Biometrika 62, 1975, 371-374).
 * @param confidence of each end
 */
export function ratioInterval(first: Proportion, second: Proportion, confidence: number): Interval {
  const [x, m] = [first.hits + 0.5, first.trials + 0.5];
  const [y, n] = [second.hits + 0.5, second.trials + 0.5];
  const ratio = x / m / (y / n);
  const spread = normalQuantile(confidence) * Math.sqrt(1 / x - 1 / m + 1 / y - 1 / n);
  return { low: ratio * Math.exp(-spread), high: ratio * Math.exp(spread) };
}
