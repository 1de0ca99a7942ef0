import type { Fraction } from '../spec/quantities.ts';
import type { ReleaseSpec } from '../spec/schema.ts';
import type { Rewards } from '../stats/thompson.ts';

/** Where a rollout stands. `step` counts the ramp's steps from 0 and has a meaning in the ramp only. */
export type Stage = 'shadow' | 'ramp' | 'bake';

/** The part of pawl.yaml that a rollout obeys: durations in ms, shares as fractions. */
export type RolloutPolicy = Pick<ReleaseSpec, 'shadow' | 'ramp' | 'step' | 'bake' | 'lease' | 'lapses' | 'rollback_when'> &
  // A rollout that began before there were strategies is a canary for everybody.
  Partial<Pick<ReleaseSpec, 'strategy' | 'segments'>>;

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
  /** Metrics over the labelled pairs (`accuracy`, `f1`, or `mae`, `rmse`), each side. Empty without labels. */
  readonly champion: Readonly<Record<string, number>>;
  readonly challenger: Readonly<Record<string, number>>;
  /** Standard errors of challenger - champion in those metrics, over the same pairs. */
  readonly standardError: Readonly<Record<string, number>>;
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
