import { lasting } from '../stats/wording.ts';
import { againstEverybody, reallocation } from './allocation.ts';
import { evidenceSentence } from './evidence-sentence.ts';
import { disagreement } from './rules/disagreement.ts';
import { errorRate } from './rules/error-rate.ts';
import type { Finding } from './rules/finding.ts';
import { labelMetric } from './rules/label-metric.ts';
import { latency } from './rules/latency.ts';
import { afterLapse } from './rules/lease.ts';
import { missingEvidence } from './rules/minimum-evidence.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';
import { longestStay, stepName } from './step-terms.ts';

/**
 * What to do with the version on trial. The first that speaks decides:
 *
 * 1. a person's rollback, always;
 * 2. harm by a rule of `rollback_when`, also while paused and whatever else a person has said;
 * 3. a lapse of the lease: the step begins again, or the rollout ends;
 * 4. a person's promote, which skips the waiting and nothing above;
 * 5. a pause, which holds, also past the deadline;
 * 6. a bandit's share that the labels move;
 * 7. time or evidence that is missing, a doubt, or labels that speak against giving a bandit's challenger everybody: hold, and at
 *    `step.at_most` roll back, because a rollout that cannot be judged does not go on;
 * 8. go on: to the next step, and from the bake to champion.
 *
 * Pure: equal arguments, equal decision. `because` is a sentence with numbers.
 */
export function decideStep(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, command: Command): Decision {
  const seen = evidenceSentence(state, evidence, policy);
  if (command === 'rollback') return { action: 'rollBack', because: `rolled back by hand; ${seen}` };

  const findings = against(state, evidence, policy);
  const harm = findings.find(({ verdict }) => verdict === 'harm');
  if (harm !== undefined) return { action: 'rollBack', because: `${harm.because}; ${seen}` };

  const lapse = afterLapse(state, evidence, policy);
  if (lapse !== null) return lapse;
  if (command === 'promote') return { action: 'promote', because: `promoted by hand; ${seen}` };
  if (state.paused) return { action: 'hold', because: `paused; ${seen}` };
  const moved = reallocation(state, evidence, policy);
  if (moved !== null) return moved;

  const doubt = findings[0]?.because ?? againstEverybody(state, evidence, policy);
  const waitsFor = missingEvidence(state, evidence, policy) ?? doubt;
  if (waitsFor === null) return { action: state.stage === 'bake' ? 'promote' : 'advance', because: seen };
  if (evidence.elapsed < longestStay(state, policy))
    return { action: 'hold', because: `${stepName(state, policy)}: ${waitsFor}` };
  return {
    action: 'rollBack',
    because: `${stepName(state, policy)} after ${lasting(evidence.elapsed)}: ${waitsFor}; a rollout that cannot be judged does not go on`,
  };
}

/** What the policy's rules have against the challenger. A first version has no champion: its errors alone are judged. */
function against(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): Finding[] {
  const rules = state.hasChampion ? [errorRate, latency, disagreement, labelMetric] : [errorRate];
  return policy.rollback_when
    .flatMap((wanted) => rules.map((rule) => rule(wanted, evidence)))
    .filter((finding) => finding !== null);
}
