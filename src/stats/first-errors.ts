import type { Fraction } from '../spec/quantities.ts';

/** Errors of one version within a step. */
export interface StepErrors {
  /** The callers that met one, by a hash of their keys. */
  readonly callers: ReadonlySet<number>;
  /** Errors of requests without a key, of which each is a caller of its own. */
  readonly withoutKey: number;
}

/**
 * One step of a rollout: for its whole length the same share.
 * `split`: a share of the callers is the challenger's, a caller stays on its side while the share grows, and which callers they
 * are was drawn by lot. `beside`: both score the same requests, the one that is scored beside this share of them.
 */
export interface ErrorStep {
  readonly kind: 'split' | 'beside';
  readonly share: Fraction;
  /** With `beside`: which one it is that scores only a share. */
  readonly besideIs?: 'champion' | 'challenger';
  readonly champion: StepErrors;
  readonly challenger: StepErrors;
}

/** Log e-values, one for each of the ratios that are tried. */
export interface ErrorEvidence {
  readonly logs: readonly number[];
  /** Callers who met an error and could have met it with either. */
  readonly callers: number;
  /** Of them with the challenger. */
  readonly withChallenger: number;
  /** As many would have been if both failed as often as is allowed. */
  readonly expected: number;
}

/** How many times as often as is allowed the challenger may fail; one of them is near enough to any that matters. */
export const ratios = [1.25, 1.5, 2, 3, 5] as const;

/**
 * Evidence that the challenger fails more than `allowed` times as often as the champion.
 *
 * A caller's side was drawn by lot, so who meets an error first says nothing of its side unless the version does: of the callers
 * that meet their first error in a step, the challenger's are a share that is known beforehand. For each of them E_r is
 * multiplied by theta_r / theta_1 where it was the challenger, and by (1 - theta_r) / (1 - theta_1) where it was not, with theta_r =
 * p a r / (p a r + 1 - p), a what is allowed, and p the probability that this caller is the challenger's: the step's share, or what
 * is left of it for a caller whose side in an earlier step is known. Each E_r, and their mean, is 1 on average at every moment if the
 * challenger fails no more often than is allowed, so that it ever reaches 1/alpha with probability alpha at most (Ville, 1939). The
 * form of the bets is that of M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, section 4.
 *
 * Counting first errors of callers, and not errors of requests, costs evidence where few callers make much of the traffic. It is
 * what makes it valid there: callers differ in how often they ask and fail, and stay on their side, so that errors of requests
 * come in clumps of a size that nobody knows, and a cap on each caller's errors leaves the requests of those who reached it in
 * the count (bench/decisions: a fourth of healthy versions were rolled back).
 *
 * Depends on the steps' order alone, not on the order or grouping of what is in them. A caller that met both versions in one step, as
 * after a lapse of the lease, says nothing.
 */
export function errorEvidence(steps: readonly ErrorStep[], allowed = 1): ErrorEvidence {
  const tally = new Tally(allowed);
  const places = new Map<number, Place>();
  for (const step of steps) {
    const p = step.kind === 'split' ? step.share : shareOfChallenger(step);
    const [champion, challenger] = [step.champion.callers, step.challenger.callers];
    for (const caller of challenger) if (!champion.has(caller)) tally.bet(probability(step, p, places.get(caller)), true);
    for (const caller of champion) if (!challenger.has(caller)) tally.bet(probability(step, p, places.get(caller)), false);
    tally.bet(p, true, step.challenger.withoutKey);
    tally.bet(p, false, step.champion.withoutKey);
    if (step.kind === 'split') {
      for (const caller of challenger) learn(places, caller, { low: 0, high: p });
      for (const caller of champion) learn(places, caller, { low: p, high: 1 });
    }
  }
  return tally.evidence();
}

/** The log of the mean of the e-values: harm where it is log(1/alpha) or more. */
export function logEValue({ logs }: Pick<ErrorEvidence, 'logs'>): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/** Where a caller's bucket is known to lie. */
interface Place {
  readonly low: number;
  readonly high: number;
}

function probability({ kind }: ErrorStep, p: number, place: Place | undefined): number {
  if (kind === 'beside' || place === undefined) return p;
  return (p - place.low) / (place.high - place.low);
}

function learn(places: Map<number, Place>, caller: number, seen: Place): void {
  const known = places.get(caller) ?? { low: 0, high: 1 };
  places.set(caller, { low: Math.max(known.low, seen.low), high: Math.min(known.high, seen.high) });
}

/** Of the requests that either scores, the challenger's part. */
function shareOfChallenger({ share, besideIs }: ErrorStep): number {
  return besideIs === 'champion' ? 1 / (1 + share) : share / (1 + share);
}

/** Counts by the probability that a caller was the challenger's, so that sums do not depend on the order of callers. */
class Tally {
  readonly #allowed: number;
  readonly #counts = new Map<number, { withChallenger: number; withChampion: number }>();

  constructor(allowed: number) {
    this.#allowed = allowed;
  }

  /** Nothing is to be learned where the side was certain. */
  bet(p: number, withChallenger: boolean, count = 1): void {
    if (count === 0 || !(p > 0 && p < 1)) return;
    let counts = this.#counts.get(p);
    if (counts === undefined) this.#counts.set(p, (counts = { withChallenger: 0, withChampion: 0 }));
    counts[withChallenger ? 'withChallenger' : 'withChampion'] += count;
  }

  evidence(): ErrorEvidence {
    const logs = ratios.map(() => 0);
    let [callers, all, expected] = [0, 0, 0];
    for (const [p, { withChallenger, withChampion }] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      const usual = theta(p, this.#allowed);
      for (const [i, ratio] of ratios.entries()) {
        const more = theta(p, this.#allowed * ratio);
        const log = withChallenger * Math.log(more / usual) + withChampion * Math.log((1 - more) / (1 - usual));
        logs[i] = (logs[i] ?? 0) + log;
      }
      callers += withChallenger + withChampion;
      all += withChallenger;
      expected += (withChallenger + withChampion) * usual;
    }
    return { logs, callers, withChallenger: all, expected };
  }
}

const theta = (p: number, ratio: number) => (p * ratio) / (p * ratio + 1 - p);
