import { disagreement } from './rules/disagreement.ts';
import { errorRate } from './rules/error-rate.ts';
import { percent } from './rules/finding.ts';
import { labelMetric } from './rules/label-metric.ts';
import { latency } from './rules/latency.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';

const rules = [errorRate, latency, disagreement, labelMetric] as const;

/**
 * What to do with the version on trial, in this order: a person's rollback; a lapsed lease; evidence of harm; a person's
 * promote; a pause; time and minimum evidence. Pure: equal arguments, equal decision.
 */
export function decideStep(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, command: Command): Decision {
  if (command === 'rollback') return { action: 'rollBack', because: 'A person rolled it back' };
  if (evidence.lapsed) return afterLapse(state, policy);
  const harm = findHarm(evidence, policy);
  if (harm !== null) return { action: 'rollBack', because: `${where(state, policy)}: ${harm}` };
  if (command === 'promote') return { action: 'promote', because: `Promoted by hand. ${summary(state, evidence, policy)}` };
  if (state.paused) return { action: 'hold', because: `Paused. ${summary(state, evidence, policy)}` };
  const waiting = awaited(state, evidence, policy);
  if (waiting === null)
    return { action: state.stage === 'bake' ? 'promote' : 'advance', because: summary(state, evidence, policy) };
  if (state.hasChampion && evidence.elapsed >= latest(state, policy)) {
    return {
      action: 'rollBack',
      because: `${where(state, policy)} waited ${duration(evidence.elapsed)} in vain: ${waiting}. A rollout that cannot be judged does not go on`,
    };
  }
  return { action: 'hold', because: waiting };
}

function afterLapse(state: RolloutState, policy: RolloutPolicy): Decision {
  const lapses = state.lapses + 1;
  const because = `The lease ran out for the ${lapses}. time: nobody was watching for ${duration(policy.lease)}`;
  return lapses >= policy.lapses
    ? { action: 'rollBack', because: `${because}, and ${policy.lapses} lapses end a rollout` }
    : { action: 'restart', because: `${because}; ${where(state, policy)} begins again` };
}

function findHarm(evidence: Evidence, policy: RolloutPolicy): string | null {
  for (const wanted of policy.rollback_when) {
    for (const rule of rules) {
      const harm = rule(wanted, evidence);
      if (harm !== null) return harm;
    }
  }
  return null;
}

/** What is still missing before the step is over; null when nothing is. */
function awaited(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string | null {
  if (!evidence.inForce) return 'not every gateway has the revision in force and the version warm';
  const time = shortest(state, policy);
  if (evidence.elapsed < time)
    return `${where(state, policy)} lasts ${duration(time)}, ${duration(evidence.elapsed)} have passed`;
  // A first version goes live into an empty world: there may be no request yet, and nobody to compare with.
  if (!state.hasChampion) return null;
  if (state.stage === 'shadow') return evidence.paired.pairs > 0 ? null : 'no request was scored by both versions yet';
  const requests = evidence.champion.requests + evidence.challenger.requests;
  return requests >= policy.step.at_least ? null : `${requests} of ${policy.step.at_least} requests were seen`;
}

const shortest = (state: RolloutState, policy: RolloutPolicy) =>
  state.stage === 'shadow' ? policy.shadow.for : state.stage === 'ramp' ? policy.step.for : policy.bake;
const latest = (state: RolloutState, policy: RolloutPolicy) => shortest(state, policy) + policy.step.at_most;

/** `25 %`, `The shadow`, `The bake`. */
function where(state: RolloutState, policy: RolloutPolicy): string {
  return state.stage === 'ramp' ? `${percent(shareOf(state, policy).share)}` : `The ${state.stage}`;
}

function summary(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string {
  const { champion, challenger, paired } = evidence;
  const rate = (arm: typeof champion) => percent(arm.requests === 0 ? 0 : arm.errors / arm.requests);
  const parts = [
    `${where(state, policy)} held for ${duration(evidence.elapsed)}: ${champion.requests + challenger.requests} requests`,
  ];
  if (!state.hasChampion) return `${parts[0]}, ${rate(challenger)} errors; there was no champion to beat`;
  parts.push(`challenger ${rate(challenger)} errors (champion ${rate(champion)})`);
  const [name] = Object.keys(paired.challenger);
  if (name !== undefined && paired.labelled > 0) {
    const show = (value: number | undefined) => (name === 'accuracy' ? percent(value ?? 0) : (value ?? 0).toFixed(2));
    parts.push(
      `${name} ${show(paired.challenger[name])} against ${show(paired.champion[name])} on ${paired.labelled} labelled pairs`,
    );
  } else parts.push(`${paired.disagreements} of ${paired.pairs} pairs differ`);
  return parts.join(', ');
}

/** `3 s`, `10 min`, `2 h`, `3 d`. */
function duration(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ];
  for (const [size, unit] of units) if (ms >= size) return `${Number((ms / size).toFixed(1))} ${unit}`;
  return `${Math.round(ms / 1000)} s`;
}

/** Where a rollout begins. A first version has nobody to be measured against: straight to the bake, its gates were its proof. */
export function initialState(hasChampion: boolean): RolloutState {
  return { stage: hasChampion ? 'shadow' : 'bake', step: 0, hasChampion, lapses: 0, paused: false };
}

/** Where a decision leads. */
export function nextState(
  state: RolloutState,
  decision: Decision,
  policy: RolloutPolicy,
): RolloutState | 'promoted' | 'rolled_back' {
  switch (decision.action) {
    case 'hold':
      return state;
    case 'restart':
      return { ...state, lapses: state.lapses + 1 };
    case 'promote':
      return 'promoted';
    case 'rollBack':
      return 'rolled_back';
    case 'advance':
      if (state.stage === 'shadow') return { ...state, stage: 'ramp', step: 0 };
      if (state.stage === 'ramp' && state.step + 1 < policy.ramp.length) return { ...state, step: state.step + 1 };
      return { ...state, stage: 'bake', step: 0 };
  }
}

/** The challenger's share of callers, and the share of requests that both sides score. */
export function shareOf(state: RolloutState, policy: RolloutPolicy): { share: number; shadowShare: number } {
  const share = state.stage === 'shadow' ? 0 : state.stage === 'bake' ? 1 : (policy.ramp[state.step] ?? 0);
  return { share, shadowShare: policy.shadow.share };
}
