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
 * Requests that callers made of the model since the step began. Both sides' counts hold the requests that they were asked as
 * a shadow, so together they hold each request 1 + shadowShare times.
 */
export function requestsOfModel({ champion, challenger }: Evidence, { shadow }: RolloutPolicy): number {
  return Math.round((champion.requests + challenger.requests) / (1 + shadow.share));
}
