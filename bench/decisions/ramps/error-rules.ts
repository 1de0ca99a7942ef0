import { addEvidence, logEValue, noErrorEvidence, segmentEvidence } from '../../../src/stats/error-process.ts';
import { probabilityBetter } from '../../../src/stats/thompson.ts';

/** What a look has found: requests and errors of each side since the last one. */
export interface Look {
  readonly share: number;
  championRequests: number;
  challengerRequests: number;
  championErrors: number;
  challengerErrors: number;
}

/** Errors and their evidence under one rule; kept for a whole ramp. */
export interface ErrorRule {
  begin(): void;
  /** A request of a caller failed; `caller` -1 is one without a key. */
  error(caller: number, challenger: boolean, share: number): void;
  /** The evidence of harm by now: harm at log(1 / alpha). */
  look(look: Look): number;
}

/**
 * The e-process on errors of which at most `cap` of a caller count, at the share of callers or of requests that is the
 * challenger's. With a cap of 1 and the share of callers it is pawl's: what `countErrors` counts, without windows and keys.
 */
export function eProcess(callers: number, cap: number, by: 'share of callers' | 'share of requests'): ErrorRule {
  const counted = new Float64Array(Math.max(1, callers));
  let [champion, challenger] = [0, 0];
  let sums = noErrorEvidence;
  return {
    begin() {
      counted.fill(0);
      sums = noErrorEvidence;
    },
    error(caller, isChallenger) {
      if (caller >= 0) {
        if ((counted[caller] ?? 0) >= cap) return;
        counted[caller] = (counted[caller] ?? 0) + 1;
      }
      if (isChallenger) challenger++;
      else champion++;
    },
    look({ share, championRequests, challengerRequests }) {
      const realised = challengerRequests / (championRequests + challengerRequests);
      const segment = {
        share: by === 'share of callers' ? share : realised,
        championErrors: champion,
        challengerErrors: challenger,
      };
      sums = addEvidence(sums, segmentEvidence(segment, 1));
      [champion, challenger] = [0, 0];
      return logEValue(sums);
    },
  };
}

/** Rules on all requests and errors of the ramp so far. */
function pooledRule(evidence: (total: Look) => number): ErrorRule {
  const none = { share: 0, championRequests: 0, challengerRequests: 0, championErrors: 0, challengerErrors: 0 };
  let total: Look = { ...none };
  return {
    begin() {
      total = { ...none };
    },
    error: () => undefined,
    look(look) {
      for (const count of ['championRequests', 'challengerRequests', 'championErrors', 'challengerErrors'] as const)
        total[count] += look[count];
      return evidence(total);
    },
  };
}

/** The e-process on the sums of the ramp, as if it had been one segment. */
export const pooled = () =>
  pooledRule(({ championRequests, challengerRequests, championErrors, challengerErrors }) => {
    const share = challengerRequests / (championRequests + challengerRequests);
    return logEValue(segmentEvidence({ share, championErrors, challengerErrors }, 1));
  });

/** A one-sided test of two proportions at 5 % each time: z above 1.645. */
export const zTest = () =>
  pooledRule(({ championRequests: n0, challengerRequests: n1, championErrors: x0, challengerErrors: x1 }) => {
    const rate = (x0 + x1) / (n0 + n1);
    const z = (x1 / n1 - x0 / n0) / Math.sqrt(rate * (1 - rate) * (1 / n0 + 1 / n1));
    return z > 1.645 ? Infinity : -Infinity;
  });

/** Harm where the challenger's rate is the higher one with 95 %, under uniform priors. */
export const bayesian = () =>
  pooledRule(({ championRequests: n0, challengerRequests: n1, championErrors: x0, challengerErrors: x1 }) =>
    probabilityBetter({ right: x1, wrong: n1 - x1 }, { right: x0, wrong: n0 - x0 }) > 0.95 ? Infinity : -Infinity,
  );
