import { lasting } from '../../stats/wording.ts';
import type { Decision, Evidence, RolloutPolicy, RolloutState } from '../state.ts';
import { stepName } from '../step-terms.ts';

/**
 * The lease ran out: for a while nobody watched, and the gateways gave the champion everything. The step begins again at the
 * share that it had, until so many lapses end the rollout. Nothing that was seen before a lapse promotes.
 */
export function afterLapse(state: RolloutState, { lapsed }: Evidence, policy: RolloutPolicy): Decision | null {
  if (!lapsed) return null;
  const lapses = state.lapses + 1;
  const because = `the lease of ${lasting(policy.lease)} ran out, lapse ${lapses} of ${policy.lapses}: nobody watched`;
  return lapses >= policy.lapses
    ? { action: 'rollBack', because: `${because}; a rollout that nobody watches does not go on` }
    : { action: 'restart', because: `${because}; ${stepName(state, policy)} begins again` };
}
