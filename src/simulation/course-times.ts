import { initialState } from '../rollout/course.ts';
import type { RolloutPolicy, RolloutState } from '../rollout/state.ts';
import { longestStay, shortestStay, stepName } from '../rollout/step-terms.ts';
import type { Milliseconds } from '../spec/quantities.ts';

/** The shadow, the steps of the ramp, the bake. */
function stagesOf(policy: RolloutPolicy): readonly RolloutState[] {
  const begin = initialState(true);
  return [begin, ...policy.ramp.map((_, step): RolloutState => ({ ...begin, stage: 'ramp', step })), { ...begin, stage: 'bake' }];
}

/** When each stage begins where none takes longer than it has to. */
export function shortestCourse(policy: RolloutPolicy): { readonly stage: string; readonly from: Milliseconds }[] {
  let from = 0;
  return stagesOf(policy).map((state) => {
    const begins = from;
    from += shortestStay(state, policy);
    return { stage: stepName(state, policy), from: begins };
  });
}

/** All stages, each as long as it may be. */
export function longestCourse(policy: RolloutPolicy): Milliseconds {
  return stagesOf(policy).reduce((sum, state) => sum + longestStay(state, policy), 0);
}
