/**
 * The Page-Hinkley test for a mean that rises: the sum of what values exceed their running mean by, which slowly forgets, against
 * the smallest that it has been (E. S. Page, Biometrika 41, 1954, 100-115; as in River 0.22, mode 'up').
 */
export interface PageHinkleyState {
  /** Values since the beginning or the last change. */
  readonly count: number;
  readonly mean: number;
  readonly sum: number;
  /** The smallest sum so far; null before the first value. */
  readonly least: number | null;
  readonly detected: boolean;
}

export interface PageHinkleyOptions {
  /** Values before which no change is reported. */
  readonly atLeast: number;
  /** What a value may exceed the mean by without adding to the sum. */
  readonly delta: number;
  /** The rise of the sum that is a change. */
  readonly threshold: number;
  /** Of each older part of the sum so much remains, 0 to 1. */
  readonly forgetting: number;
}

/** River's. */
const usual: PageHinkleyOptions = { atLeast: 30, delta: 0.005, threshold: 50, forgetting: 1 - 0.0001 };

export const freshPageHinkley: PageHinkleyState = { count: 0, mean: 0, sum: 0, least: null, detected: false };

/** The state after one more value. After a change it begins anew with the next value. */
export function updatePageHinkley(
  before: PageHinkleyState,
  value: number,
  { atLeast, delta, threshold, forgetting }: PageHinkleyOptions = usual,
): PageHinkleyState {
  const from = before.detected ? freshPageHinkley : before;
  const count = from.count + 1;
  const mean = from.mean + (value - from.mean) / count;
  const sum = forgetting * from.sum + (value - mean) - delta;
  const least = from.least === null ? sum : Math.min(from.least, sum);
  return { count, mean, sum, least, detected: count >= atLeast && sum - least > threshold };
}
