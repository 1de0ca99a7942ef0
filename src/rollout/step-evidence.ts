import type { ErrorSegment } from '../stats/error-process.ts';
import type { Histogram } from '../stats/quantile-sequence.ts';
import { latencyEvidence } from './latency-evidence.ts';
import type { Pairs } from './pairs.ts';
import type { ArmCounts, Evidence, RolloutPolicy } from './state.ts';

/** What one version did since the step began. */
export interface StepCounts extends ArmCounts {
  readonly histogram: Histogram;
}

/** What was counted, of now or of a moment that has passed. */
export interface Counted extends Pick<Evidence, 'elapsed' | 'recent' | 'recentChampion' | 'inForce' | 'answeringFor'> {
  readonly champion: StepCounts;
  readonly challenger: StepCounts;
  /** Requests of callers that the challenger answered in the step. */
  readonly answered: number;
  readonly pairs: Pick<Pairs, 'counts' | 'rewards'>;
  /** Null where no rule asks for them. */
  readonly errorSegments: readonly ErrorSegment[] | null;
  /** Null where the policy has no `step.error_rate`. */
  readonly calm: ArmCounts | null;
}

/** The evidence of a look, but for the lease and the windows. */
export function stepEvidence(policy: RolloutPolicy, counted: Counted): Omit<Evidence, 'lapsed' | 'heldBack'> {
  const { champion, challenger, pairs, errorSegments, calm, ...counts } = counted;
  return {
    ...counts,
    champion: armOf(champion),
    challenger: armOf(challenger),
    paired: pairs.counts(),
    ...(policy.strategy === 'bandit' ? { rewards: pairs.rewards(policy.segments === undefined ? 'all' : 'pairs') } : {}),
    ...(errorSegments === null ? {} : { errorSegments }),
    latency: latencyEvidence(policy, champion.histogram, challenger.histogram),
    ...(calm === null ? {} : { calm }),
  };
}

/** How far back the limit of the error rate looks, ms. */
export function recentFor(policy: RolloutPolicy): number {
  return policy.rollback_when.find((rule) => rule.error_rate)?.error_rate?.for ?? policy.step.for;
}

/** Errors are counted by caller, and at the share of the callers, only where a rule asks for them. */
export function asksErrorSegments(policy: RolloutPolicy): boolean {
  return policy.rollback_when.some(({ error_ratio: rule }) => rule !== undefined);
}

const armOf = ({ requests, errors, p99 }: StepCounts): ArmCounts => ({ requests, errors, p99 });
