import type { RollbackRule } from '../spec/release-schema.ts';
import { counted, lasting } from '../stats/wording.ts';
import { againstEverybody, reallocation } from './allocation.ts';
import { evidenceSentence } from './evidence-sentence.ts';
import { alphaOf } from './false-rollbacks.ts';
import { disagreement } from './rules/disagreement.ts';
import { errorRate } from './rules/error-rate.ts';
import { errorRatio } from './rules/error-ratio.ts';
import type { Finding } from './rules/finding.ts';
import { labelMetric } from './rules/label-metric.ts';
import { latency } from './rules/latency.ts';
import { afterLapse } from './rules/lease.ts';
import { missingEvidence } from './rules/minimum-evidence.ts';
import { scoreShift } from './rules/score-shift.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';
import { isExposed, longestStay, stepName } from './step-terms.ts';
import { verdictSentence } from './verdict.ts';

/**
 * What to do with the version on trial. The first that speaks decides:
 *
 * 1. a person's rollback, always;
 * 2. harm by a rule of `rollback_when`, also while paused and whatever else a person has said;
 * 3. a lapse of the lease: the step begins again, or the rollout ends;
 * 4. a person's promote, which skips the waiting, a window of `release.windows` too, and nothing above;
 * 5. a pause, which holds, also past the deadline;
 * 6. a bandit's share that the labels move;
 * 7. time or evidence that is missing, a doubt, with `advance: when_proven` a loss that is not excluded yet, or labels that speak
 *    against giving a bandit's challenger everybody: hold, and at `step.at_most`, or once it has answered `step.exposure` requests,
 *    what `at_deadline` says: roll back, because a rollout that cannot be judged does not go on, unless the policy says otherwise;
 * 8. an open window of `release.windows`, which holds;
 * 9. go on: to the next step, and from the bake to champion.
 *
 * Pure: equal arguments, equal decision. `because` is a sentence with numbers; where the rollout ends it closes with the verdict
 * on what the release set out to show.
 */
export function decideStep(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, command: Command): Decision {
  const decision = decide(state, evidence, policy, command);
  if (decision.action !== 'promote' && decision.action !== 'rollBack') return decision;
  const verdict = verdictSentence(state, evidence, policy);
  return verdict === null ? decision : { ...decision, because: `${decision.because}. ${verdict}` };
}

function decide(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, command: Command): Decision {
  // Said at the end only: nearly all looks hold, and a simulation takes a million of them.
  const seen = () => evidenceSentence(state, evidence, policy);
  if (command === 'rollback') return { action: 'rollBack', because: `rolled back by hand; ${seen()}` };

  const findings = against(state, evidence, policy);
  const harm = findings.find(({ verdict }) => verdict === 'harm');
  if (harm !== undefined) return { action: 'rollBack', because: `${harm.because}; ${seen()}` };

  const lapse = afterLapse(state, evidence, policy);
  if (lapse !== null) return lapse;
  if (command === 'promote') return { action: 'promote', because: `promoted by hand; ${seen()}` };
  if (state.paused) return { action: 'hold', because: `paused; ${seen()}` };
  const moved = reallocation(state, evidence, policy);
  if (moved !== null) return moved;

  const waitsFor = missingEvidence(state, evidence, policy) ?? held(findings, state, evidence, policy);
  if (waitsFor === null) return onwards(state, evidence, seen(), policy);
  const name = stepName(state, policy);
  const late = evidence.elapsed >= longestStay(state, policy);
  if (!late && !isExposed(state, evidence, policy)) return { action: 'hold', because: `${name}: ${waitsFor}` };
  const tried = late ? lasting(evidence.elapsed) : counted(evidence.answered ?? 0, 'answer');
  return atDeadline(state, evidence, policy, `${name} after ${tried}: ${waitsFor}`);
}

/** To the next step, and from the bake to champion, unless a window holds it back. */
function onwards(state: RolloutState, evidence: Evidence, seen: string, policy: RolloutPolicy): Decision {
  return evidence.heldBack === undefined
    ? { action: state.stage === 'bake' ? 'promote' : 'advance', because: seen }
    : { action: 'hold', because: `${stepName(state, policy)}: ${evidence.heldBack}; ${seen}` };
}

function atDeadline(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, because: string): Decision {
  const wanted = policy.at_deadline ?? 'rollback';
  if (wanted === 'rollback') return { action: 'rollBack', because: `${because}; a rollout that cannot be judged does not go on` };
  // What no gateway has in force was not tried at all.
  if (wanted === 'hold' || !evidence.inForce) return { action: 'hold', because: `${because}; it holds, as the policy says` };
  return onwards(state, evidence, `${because}; it goes on, as the policy says`, policy);
}

/** What is left against going on, where there is no harm. */
function held(findings: readonly Finding[], state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string | null {
  const [doubt, unproven] = (['doubt', 'unproven'] as const).map((wanted) => findings.find(({ verdict }) => verdict === wanted));
  const proof = policy.advance === 'when_proven' ? unproven : undefined;
  return doubt?.because ?? againstEverybody(state, evidence, policy) ?? proof?.because ?? null;
}

/** The rule of `rollback_when` that sees harm, by its name: the one that `decideStep` rolls back for. Null where none does. */
export function harmfulRule(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string | null {
  const seesHarm = (rule: RollbackRule) => against(state, evidence, policy, [rule]).some(({ verdict }) => verdict === 'harm');
  return Object.keys(policy.rollback_when.find(seesHarm) ?? {})[0] ?? null;
}

/** What the policy's rules have against the challenger. A first version has no champion: its errors alone are judged. */
function against(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, wantedRules = policy.rollback_when): Finding[] {
  const rules = state.hasChampion ? [errorRate, errorRatio, latency, disagreement, scoreShift, labelMetric] : [errorRate];
  const terms = { alpha: alphaOf(policy), value: policy.value };
  return wantedRules
    .flatMap((wanted) => rules.map((rule) => rule(wanted, evidence, terms)))
    .filter((finding) => finding !== null);
}
