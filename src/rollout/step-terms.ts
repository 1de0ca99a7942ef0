import type { Milliseconds } from '../spec/quantities.ts';
import { percent } from '../stats/wording.ts';
import { capOf } from './course.ts';
import type { Evidence, RolloutPolicy, RolloutState } from './state.ts';

/** What the policy asks of the stage or step that a rollout is in. */
export function shortestStay({ stage }: RolloutState, policy: RolloutPolicy): Milliseconds {
  return stage === 'shadow' ? policy.shadow.for : stage === 'bake' ? policy.bake : policy.step.for;
}

/** After this long the step has to be judged one way or the other. A shadow or bake that is longer by itself is given its time. */
export function longestStay(state: RolloutState, policy: RolloutPolicy): Milliseconds {
  return Math.max(shortestStay(state, policy), policy.step.at_most);
}

/** `the shadow`, `25 %`, `the bake`. */
export function stepName(state: RolloutState, policy: RolloutPolicy): string {
  return state.stage === 'ramp' ? percent(capOf(state, policy)) : `the ${state.stage}`;
}

/**
 * Requests since the step began by the callers who take part. Both sides' counts hold the requests that they were asked as a shadow,
 * so together they hold each request 1 + shadowShare times.
 */
export function requestsOfCallers({ champion, challenger }: Evidence, policy: RolloutPolicy): number {
  return Math.round((champion.requests + challenger.requests) / (1 + policy.shadow.share));
}

/** In a step of the ramp that has callers to spare: the challenger has answered as many of them as the policy risks on a doubt. */
export function isExposed(state: RolloutState, { answered, elapsed }: Evidence, policy: RolloutPolicy): boolean {
  const { exposure } = policy.step;
  if (exposure === undefined || answered === undefined || state.stage !== 'ramp' || capOf(state, policy) === 1) return false;
  return answered >= exposure && elapsed >= shortestStay(state, policy);
}
