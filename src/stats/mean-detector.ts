/**
 * A Shiryaev-Roberts e-detector for the mean of values in [0, 1] that rises above a stated one (J. Shin, A. Ramdas, A. Rinaldo,
 * "E-detectors: a nonparametric framework for sequential change detection", New England Journal of Statistics in Data Science
 * 2024, arXiv 2203.03532, section 2). With each value x a bet multiplies what it holds, and 1 more, by 1 + b (x - m): while the
 * mean is at most m, whatever came before, that is expected to grow by 1 a value at most, so that it takes n values on average
 * before it reaches n. An alarm at n so comes once in n values or less often where nothing has risen.
 *
 * The evidence is the mean over bets that suit rises of about 5, 10, 20, 40 and 80 % of m. Values are taken one by one in their
 * order.
 */
export interface MeanDetectorState {
  /** Values so far. */
  readonly count: number;
  readonly total: number;
  readonly bets: readonly Bet[];
}

interface Bet {
  /** The e-detector. */
  readonly evidence: number;
  /** Sum of the logarithms since they were last worth nothing: its beginning is the likeliest one of the rise (CUSUM). */
  readonly growth: number;
  /** Values since then, and their sum. */
  readonly count: number;
  readonly total: number;
}

/** Of the largest bet that cannot lose everything, 1 / m. */
const sizes = [0.05, 0.1, 0.2, 0.4, 0.8];
/** Kept finite; no alarm waits for more. */
const most = 1e15;

export const freshMeanDetector: MeanDetectorState = {
  count: 0,
  total: 0,
  bets: sizes.map(() => ({ evidence: 0, growth: 0, count: 0, total: 0 })),
};

/**
 * The state after some more values.
 * @param values from 0 to 1; what is greater counts as 1
 * @param mean the one that is no alarm, above 0 and below 1
 */
export function updateMeanDetector(state: MeanDetectorState, values: Iterable<number>, mean: number): MeanDetectorState {
  const bets = state.bets.map((bet) => ({ ...bet }));
  let { count, total } = state;
  for (const given of values) {
    const value = Math.min(1, Math.max(0, given));
    count++;
    total += value;
    for (const [i, bet] of bets.entries()) {
      const factor = 1 + ((sizes[i] ?? 0) / mean) * (value - mean);
      bet.evidence = Math.min(most, (bet.evidence + 1) * factor);
      bet.growth = bet.growth + Math.log(factor);
      if (bet.growth <= 0) Object.assign(bet, { growth: 0, count: 0, total: 0 });
      else {
        bet.count++;
        bet.total += value;
      }
    }
  }
  return { count, total, bets };
}

/** Alarm where it reaches the number of values that may pass before a false one, on average. */
export function meanEvidence({ bets }: MeanDetectorState): number {
  return bets.reduce((sum, { evidence }) => sum + evidence, 0) / bets.length;
}

/** The stretch up to now in which the mean was likeliest higher: its values, and their mean. Null where there is none. */
export function risenSince({ bets }: MeanDetectorState): { readonly count: number; readonly mean: number } | null {
  const best = bets.reduce<Bet | null>((best, bet) => (bet.growth > (best?.growth ?? 0) ? bet : best), null);
  return best === null ? null : { count: best.count, mean: best.total / best.count };
}
