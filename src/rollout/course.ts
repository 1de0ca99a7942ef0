import type { Fraction } from '../spec/quantities.ts';
import type { Decision, RolloutPolicy, RolloutState } from './state.ts';

/**
 * Where a rollout begins. A model's first version has nobody to be compared with and no champion to share with: its absolute
 * gates were its proof, and it goes straight to the bake.
 */
export function initialState(hasChampion: boolean): RolloutState {
  return { stage: hasChampion ? 'shadow' : 'bake', step: 0, hasChampion, lapses: 0, paused: false };
}

/** Where a decision leads. The bake is left by promotion and rollback only. */
export function nextState(
  state: RolloutState,
  decision: Decision,
  policy: RolloutPolicy,
): RolloutState | 'promoted' | 'rolled_back' {
  if (decision.action === 'promote') return 'promoted';
  if (decision.action === 'rollBack') return 'rolled_back';
  if (decision.action === 'advance') return climbed(state, policy);
  if (decision.action === 'reallocate' && decision.allocation !== undefined) return { ...state, allocation: decision.allocation };
  return decision.action === 'restart' ? { ...state, lapses: state.lapses + 1 } : state;
}

function climbed(state: RolloutState, { ramp }: RolloutPolicy): RolloutState {
  if (state.stage === 'shadow') return { ...state, stage: 'ramp', step: 0 };
  if (state.stage === 'ramp' && state.step + 1 < ramp.length) return { ...state, step: state.step + 1 };
  return { ...state, stage: 'bake', step: 0 };
}

/**
 * `share`: of the callers that the challenger answers. `shadowShare`: of the requests that the other side scores beside:
 * the challenger before and during the ramp, the old champion at 100 % and in the bake (reverse shadow), so that there are
 * pairs all the way.
 */
export function shareOf(state: RolloutState, policy: RolloutPolicy): { share: Fraction; shadowShare: Fraction } {
  return { share: callersOf(state, policy), shadowShare: policy.shadow.share };
}

/** Most that the step gives to the challenger: the share itself, but for a bandit. */
export function capOf({ stage, step }: RolloutState, policy: RolloutPolicy): Fraction {
  return stage === 'shadow' ? 0 : stage === 'bake' ? 1 : (policy.ramp[step] ?? 0);
}

function callersOf(state: RolloutState, policy: RolloutPolicy): Fraction {
  const cap = capOf(state, policy);
  // The last step and the bake are there to see the challenger answer everybody.
  if (policy.strategy !== 'bandit' || state.stage !== 'ramp' || cap === 1) return cap;
  return Math.min(cap, Math.max(smallestAllocation, state.allocation ?? undecided));
}

/** Nobody knows better yet. */
const undecided = 0.5;
/** What a bandit always leaves to the challenger while it is on trial: without any it would learn nothing more of it. */
const smallestAllocation = 0.01;

/** Who takes part: the callers of some segments until the last step, then everybody. */
export function segmentsOf(state: RolloutState, policy: RolloutPolicy): readonly string[] | null {
  return capOf(state, policy) === 1 ? null : (policy.segments ?? null);
}
