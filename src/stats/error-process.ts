import { logMeanExp } from './log-mean-exp.ts';

/**
 * Whether a challenger fails more often than its champion, looked at as often as anybody likes: an e-process on errors.
 *
 * An error belongs to the challenger with probability theta_r = q r / (q r + 1 - q) where the challenger answers a share q and its
 * error rate is r times the champion's. Each ratio r in {1.25, 1.5, 2, 3, 5} r0 is held against r0, the largest that is allowed, by
 * its likelihood ratio, which is a martingale under r0 and shrinks below it; the mean over r is one too. So it reaches 1/alpha with
 * probability alpha at most, whenever one looks (J. Ville, 1939). After M. Lindon and A. Malek, "Anytime-valid inference for
 * multinomial count data", NeurIPS 2022, arXiv 2011.03567, sections 2 and 4.
 *
 * The champion's rate may change from segment to segment: only who an error belongs to is looked at. Where whole segments are
 * independent requests, the e-value is expected to be 1 at most even given the numbers of requests, because each request multiplies
 * it by 1 + p (w - 1) <= exp(p (w - 1)), and these exponents cancel over both sides.
 */
export interface ErrorSegment {
  /** Chance, 0 to 1, that whoever met an error is one whom the challenger answers: of independent requests, its share of them. */
  readonly share: number;
  /** Of the version itself: callers' own faults (4xx) are none. Counted by caller (`src/rollout/capped-segments.ts`). */
  readonly championErrors: number;
  readonly challengerErrors: number;
}

/** The logarithm of one e-value for each of `errorRatios`: sums over segments, in any order and grouping. */
export type LogEvidence = readonly number[];

/** Times the ratio that is allowed. */
const errorRatios = [1.25, 1.5, 2, 3, 5] as const;

export const noErrorEvidence: LogEvidence = errorRatios.map(() => 0);

/**
 * What a segment adds. Nothing where one side answers everything.
 * @param ratio r0, above 0: the challenger's error rate over the champion's that is still allowed
 */
export function segmentEvidence({ share, championErrors, challengerErrors }: ErrorSegment, ratio: number): LogEvidence {
  if (!(share > 0 && share < 1)) return noErrorEvidence;
  const all = (r: number) => share * r + 1 - share;
  return errorRatios.map((times) => {
    // log of theta_r / theta_r0 for the challenger's errors, of (1 - theta_r) / (1 - theta_r0) for the champion's
    const shrunk = Math.log(all(ratio)) - Math.log(all(ratio * times));
    return challengerErrors * (Math.log(times) + shrunk) + championErrors * shrunk;
  });
}

export function addEvidence(a: LogEvidence, b: LogEvidence): LogEvidence {
  return errorRatios.map((_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}

/** What segments add up to. */
export function evidenceOf(segments: readonly ErrorSegment[], ratio: number): LogEvidence {
  return segments.map((segment) => segmentEvidence(segment, ratio)).reduce(addEvidence, noErrorEvidence);
}

/** The logarithm of the e-value that the challenger's error rate is above r0 times the champion's: harm at log(1 / alpha). */
export function logEValue(evidence: LogEvidence): number {
  return logMeanExp(evidence);
}
