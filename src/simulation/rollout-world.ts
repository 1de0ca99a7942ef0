import type { RolloutPolicy } from '../rollout/state.ts';
import type { Milliseconds } from '../spec/quantities.ts';
import { volumesOf } from './callers.ts';
import { pairChances, pairKinds } from './class-pairs.ts';
import { LatencyDraws } from './latency-draws.ts';
import { NumberPairs } from './number-pairs.ts';
import type { Scenario } from './scenarios.ts';
import type { TrafficProfile } from './traffic-profile.ts';

/** What all rollouts of one scenario have in common, made once. */
export interface RolloutWorld {
  readonly profile: TrafficProfile;
  readonly policy: RolloutPolicy;
  readonly scenario: Scenario;
  /** Requests of the callers by rank. */
  readonly volumes: Float64Array;
  /** Chance that a request fails. */
  readonly failing: { readonly champion: number; readonly challenger: number };
  readonly pairs: PairWorld;
  /** Label metrics that the policy asks for, and those that its sentences tell in any case. */
  readonly metrics: readonly string[];
  /** Null where no rule asks for latency. */
  readonly latency: { readonly champion: LatencyDraws; readonly challenger: LatencyDraws } | null;
  /** What the error rule looks back on, and what `step.error_rate` does; null where the policy has none. */
  readonly errorWindow: Milliseconds | null;
  readonly calmWindow: Milliseconds | null;
  /** What a clock says against going on; null while nothing does. */
  readonly heldBack: (at: Milliseconds) => string | null;
}

/** Pairs by kind, or by their errors. */
type PairWorld =
  | {
      readonly of: 'classes';
      /** Chance that both sides say different things. */
      readonly apart: number;
      /** Chances by kind. */
      readonly kinds: readonly number[];
    }
  | { readonly of: 'numbers'; readonly apart: number; readonly errors: NumberPairs };

/** @param heldBack by the policy's windows, at a time in ms since 1970 */
export function rolloutWorld(
  profile: TrafficProfile,
  policy: RolloutPolicy,
  scenario: Scenario,
  heldBack: RolloutWorld['heldBack'] = () => null,
): RolloutWorld {
  const rules = policy.rollback_when;
  const latency = rules.find((rule) => rule.latency !== undefined)?.latency;
  const quantile = Math.min(latency?.p99 === undefined ? 1 : 0.99, latency?.quantile ?? 0.99);
  return {
    profile,
    policy,
    scenario,
    volumes: volumesOf(profile.callers),
    failing: { champion: profile.errorRate, challenger: Math.min(1, profile.errorRate * scenario.errors) },
    pairs: pairWorld(profile, scenario),
    metrics: [
      'accuracy',
      ...rules.flatMap((rule) => Object.keys(rule)),
      ...(policy.success === undefined ? [] : [policy.success]),
    ],
    latency:
      latency === undefined
        ? null
        : {
            champion: new LatencyDraws(profile.latency, 1, quantile),
            challenger: new LatencyDraws(profile.latency, scenario.slower, quantile),
          },
    errorWindow: rules.find((rule) => rule.error_rate !== undefined)?.error_rate?.for ?? null,
    calmWindow: policy.step.error_rate?.over ?? null,
    heldBack,
  };
}

function pairWorld({ answers }: TrafficProfile, { worse }: Scenario): PairWorld {
  if (answers.task === 'regression') {
    return { of: 'numbers', apart: answers.disagreement, errors: new NumberPairs(answers, worse) };
  }
  const kinds = pairChances(answers, worse);
  const apart = pairKinds.reduce(
    (sum, { championRight, challengerRight }, i) => sum + (championRight === challengerRight ? 0 : (kinds[i] ?? 0)),
    0,
  );
  return { of: 'classes', apart, kinds };
}
