import type { Fraction } from '../spec/quantities.ts';
import type { RollbackRule } from '../spec/release-schema.ts';
import type { ReleaseSpec } from '../spec/schema.ts';
import type { LossSums } from '../stats/betting.ts';
import type { ErrorSegment } from '../stats/error-process.ts';
import type { Rewards } from '../stats/thompson.ts';

/** Where a rollout stands. `step` counts the ramp's steps from 0 and has a meaning in the ramp only. */
export type Stage = 'shadow' | 'ramp' | 'bake';

/** The part of pawl.yaml that a rollout obeys: durations in ms, shares as fractions. */
export type RolloutPolicy = Pick<ReleaseSpec, (typeof firstKeys)[number]> & {
  readonly step: Pick<ReleaseSpec['step'], 'for' | 'at_least' | 'at_most'> &
    Partial<Pick<ReleaseSpec['step'], 'exposure' | 'error_rate'>>;
  readonly rollback_when: readonly RollbackRule[];
} & Partial<Pick<ReleaseSpec, (typeof laterKeys)[number]>>; // A rollout that began before there were these keys goes on as it began.

const firstKeys = ['shadow', 'ramp', 'bake', 'lease', 'lapses'] as const;
/** Keys of `release` that came after the first rollouts. */
const laterKeys = [
  'strategy',
  'segments',
  'false_rollbacks',
  'advance',
  'at_deadline',
  'value',
  'windows',
  'hypothesis',
  'success',
] as const;

export interface RolloutState {
  readonly stage: Stage;
  readonly step: number;
  /** False for a model's first version: there is nothing to compare with and nothing to go back to. */
  readonly hasChampion: boolean;
  /** Times that the lease has run out in this rollout. */
  readonly lapses: number;
  /** A bandit's share of the callers as last allocated, before the step's cap; absent before the first allocation. */
  readonly allocation?: Fraction;
  /** A person's standing word; `pause` holds everything but a rollback. */
  readonly paused: boolean;
}

/** What a rollout obeys of a spec's `release`. */
export function policyOf(release: ReleaseSpec): RolloutPolicy {
  const keys = [...firstKeys, ...laterKeys, 'step', 'rollback_when'] as const;
  return Object.fromEntries(
    keys.flatMap((key) => (release[key] === undefined ? [] : [[key, release[key]]])),
  ) as unknown as RolloutPolicy;
}

/** Counts of one version since the current step began, summed over gateways. */
export interface ArmCounts {
  readonly requests: number;
  /** The version's own failures. Callers' faults are counted nowhere here. */
  readonly errors: number;
  /** Milliseconds; null below 1 request. */
  readonly p99: number | null;
}

/** What champion and challenger said of the same requests, since the rollout began. */
export interface PairedCounts {
  readonly pairs: number;
  readonly disagreements: number;
  /** Pairs whose label has arrived. */
  readonly labelled: number;
  /** Metrics over the labelled pairs (`accuracy`, `f1`, `precision`, `recall`, `value`, or `mae`, `rmse`, and where they are asked for `pinball`, `poisson_deviance`), each side. Empty without labels. */
  readonly champion: Readonly<Record<string, number>>;
  readonly challenger: Readonly<Record<string, number>>;
  /** Standard errors of challenger - champion in those metrics, over the same pairs. */
  readonly standardError: Readonly<Record<string, number>>;
  /** Standard errors of each side alone, of `mae`, `rmse` and the like. Absent, as all that follows, in what was seen by earlier releases. */
  readonly ownErrors?: Readonly<Record<'champion' | 'challenger', Readonly<Record<string, number>>>>;
  /**
   * What the challenger lost against the champion on each labelled pair, -1 to 1. `accuracy`: 1 where it alone was wrong, -1 where
   * the champion alone was. `recall`: the same among pairs whose label is the positive class. `value`: of `release.value`, in parts
   * of what its answers are worth apart.
   */
  readonly losses?: Readonly<Partial<Record<'accuracy' | 'recall' | 'value', LossSums>>>;
  /**
   * How many pairs that follow each other in time say what one by itself would (`src/stats/correlation-time.ts`), at least 1: of what
   * the challenger lost in each metric, of `disagreement`, and of the scores' differences, `score_shift`.
   */
  readonly alike?: Readonly<Record<string, number>>;
  /** Largest distance between the distribution functions of both sides' scores, 0 to 1, over all pairs; null without. */
  readonly scoreShift?: number | null;
}

/** A quantile of one side's latency, ms, and where it surely is; null: not known on that side. */
export interface LatencyBounds {
  readonly requests: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Latency since the step began, at one quantile; null without a request. */
export interface LatencyEvidence {
  readonly quantile: Fraction;
  readonly champion: LatencyBounds | null;
  readonly challenger: LatencyBounds | null;
}

/** What the guard measured. All times in ms; `elapsed` on the wall clock since the step's first revision was written. */
export interface Evidence {
  readonly elapsed: number;
  readonly champion: ArmCounts;
  /** Requests that the challenger answered, and those it was asked as a shadow, together. */
  readonly challenger: ArmCounts;
  /** Errors of the challenger within the error rule's `for`; requests likewise. */
  readonly recent: ArmCounts;
  /** The champion's in the same time: when both fail, it is the world that fails. */
  readonly recentChampion: ArmCounts;
  readonly paired: PairedCounts;
  /** A bandit's: right and wrong answers of each side whose label has arrived, to callers of the same kind. */
  readonly rewards?: { readonly champion: Rewards; readonly challenger: Rewards };
  /** Errors of the rollout's ramp so far, counted by caller, one sum for each share of the callers that there was. */
  readonly errorSegments?: readonly ErrorSegment[];
  /** At each quantile that a rule asks for. */
  readonly latency?: readonly LatencyEvidence[];
  /** ms since the challenger began to answer callers; absent before, and in what was seen by earlier releases. */
  readonly answeringFor?: number;
  /** Requests of callers that the challenger answered in this step: without those it was asked as a shadow. */
  readonly answered?: number;
  /** The challenger's within the `over` of `step.error_rate`, where the policy has one. */
  readonly calm?: ArmCounts;
  /** The window of `release.windows` that is open now, in words; absent where none is. */
  readonly heldBack?: string;
  /** The lease ran out since the last look. */
  readonly lapsed: boolean;
  /** Every gateway that reported lately has the step's revision in force and holds the challenger warm. */
  readonly inForce: boolean;
}

/** A person's word, or none. */
export type Command = 'promote' | 'rollback' | null;

/**
 * What to do next and why, in a sentence with numbers, which people see everywhere.
 * `reallocate` moves a bandit's share within its step, `advance` goes to the next step or stage, `promote` ends the rollout with
 * the challenger as champion, `restart` begins the step again at the share it had (after a lapsed lease), `rollBack` ends it with
 * the champion.
 */
export interface Decision {
  readonly action: 'hold' | 'reallocate' | 'advance' | 'restart' | 'promote' | 'rollBack';
  readonly because: string;
  /** Of `reallocate`: the share that the labels give, before the step's cap. */
  readonly allocation?: Fraction;
}
