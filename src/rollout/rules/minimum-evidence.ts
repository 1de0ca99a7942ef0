import { counted, inWords, lasting, percent } from '../../stats/wording.ts';
import type { Evidence, RolloutPolicy, RolloutState } from '../state.ts';
import { requestsOfCallers, shortestStay } from '../step-terms.ts';

/**
 * What is still missing before a step may be left; null when nothing is. In this order: every gateway has the step in force
 * and the challenger warm; the step's time; its requests; an error rate below that of `step.error_rate`.
 *
 * The shadow needs a pair (where anything is shadowed at all). The ramp and the bake need `step.at_least` requests of the
 * callers who take part, one of them by the challenger. A model's first version needs its time only: it already answers everybody, nobody
 * can be spared by waiting, and there may be no traffic yet; whatever traffic there is, its errors are judged.
 */
export function missingEvidence(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string | null {
  const { elapsed, paired, challenger } = evidence;
  if (!evidence.inForce) return 'not every gateway has it in force with the version warm';
  if (elapsed < shortestStay(state, policy)) return `${lasting(elapsed)} of ${lasting(shortestStay(state, policy))}`;
  if (!state.hasChampion) return null;
  if (state.stage === 'shadow')
    return policy.shadow.share > 0 && paired.pairs === 0 ? 'no request was scored by both versions yet' : null;
  const requests = requestsOfCallers(evidence, policy);
  if (requests < policy.step.at_least) return `${inWords(requests)} of ${counted(policy.step.at_least, 'request')}`;
  if (policy.step.at_least > 0 && challenger.requests === 0) return 'no request has reached the challenger';
  return tooManyErrors(evidence, policy);
}

/** An absolute limit for going on, which asks for no proof. */
function tooManyErrors({ calm }: Evidence, { step: { error_rate: limit } }: RolloutPolicy): string | null {
  if (limit === undefined || calm === undefined || calm.errors === 0) return null;
  const rate = calm.errors / calm.requests;
  if (rate < limit.below) return null;
  return `challenger ${percent(rate)} errors (${inWords(calm.errors)} of ${counted(calm.requests, 'request')}) within ${lasting(limit.over)}; it goes on below ${percent(limit.below)}`;
}
