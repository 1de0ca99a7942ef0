import { drifted, drifts, driftSentence, isEnough } from './drift.ts';
import { performanceFall } from './performance.ts';
import type { Alarm, AlarmKind, BudgetReading, Finding, MonitorPolicy, MonitorState, Observation, TriggerKind } from './state.ts';

/** What stands out at a tick, and how many labels there were when it was first seen. */
export interface Found extends Finding {
  readonly kind: AlarmKind;
  readonly labelsAtChange: number;
}

/** The trigger that an alarm is recorded as, and that a release for it names. */
export const triggerOf: Readonly<Record<AlarmKind, TriggerKind>> = {
  drift: 'drift',
  quality: 'drift',
  performance: 'performance',
  estimate: 'performance',
  truth: 'performance',
  service: 'budget',
  labels: 'budget',
};

/** How an alarm is called in sentences. */
export const alarmName: Readonly<Record<AlarmKind, string>> = {
  drift: 'drift',
  quality: 'data quality',
  performance: 'performance',
  estimate: 'estimated performance',
  truth: 'late labels',
  service: 'budget',
  labels: 'label budget',
};

/** Everything that stands out at this tick, at most one of each kind. */
export function findings(state: MonitorState, observation: Observation, policy: MonitorPolicy): Found[] {
  const { labels, quality, estimate, truth } = observation;
  const found = (kind: AlarmKind, finding: Finding | null | undefined, labelsAtChange = labels): Found[] =>
    finding === null || finding === undefined ? [] : [{ labelsAtChange, ...finding, kind }];
  return [
    ...found('truth', truth),
    ...found('service', budgetFinding(observation.budgets, 'service')),
    ...found('quality', quality),
    ...found('drift', driftFinding(state, observation, policy), state.labelsAtStreak ?? labels),
    ...found('performance', performanceFinding(observation, policy)),
    ...found('labels', budgetFinding(observation.budgets, 'labels')),
    ...found('estimate', estimate),
  ];
}

/** The service burns fast enough that nobody should wait. */
export function isUrgent({ budgets }: Observation): boolean {
  return budgets.some((budget) => (budget.of ?? 'service') === 'service' && budget.burning?.urgent === true);
}

/** Drift goes by PSI and mean shifts in samples; else what the detectors find goes. */
export function byThresholds({ preset, drift }: MonitorPolicy): boolean {
  return preset === undefined && (drift.by ?? 'thresholds') === 'thresholds';
}

function driftFinding(state: MonitorState, observation: Observation, policy: MonitorPolicy): Finding | null {
  if (!byThresholds(policy)) return observation.drift ?? null;
  const features = drifted(state.streaks, policy);
  return isEnough(features.length, observation, policy) ? { because: driftSentence(features, observation), features } : null;
}

/** The label metric falls by the last labelled sample alone. */
export function bySample({ preset, performance }: MonitorPolicy): boolean {
  return preset === undefined && (performance.detector ?? 'sample') === 'sample';
}

function performanceFinding(observation: Observation, policy: MonitorPolicy): Finding | null {
  if (!bySample(policy)) return observation.performance ?? null;
  const because = performanceFall(observation, policy);
  return because === null ? null : { because, features: [] };
}

/** The budget that burns fastest, else the first that is spent. */
function budgetFinding(budgets: readonly BudgetReading[], of: 'service' | 'labels'): Finding | null {
  const own = budgets.filter((budget) => (budget.of ?? 'service') === of);
  const fastest = own.toSorted((a, b) => (b.burning?.rate ?? 0) - (a.burning?.rate ?? 0))[0];
  const worst = fastest?.burning ? fastest : own.find((budget) => budget.spent >= 1);
  return worst === undefined ? null : { because: worst.because, features: [] };
}

/** What the alarm says is still so in this sample. Where nothing was measured it is taken to be. */
export function stillStands(alarm: Alarm, state: MonitorState, observation: Observation, policy: MonitorPolicy): boolean {
  switch (alarm.kind) {
    case 'drift': {
      if (!byThresholds(policy)) return observation.drift !== null;
      const drifting = observation.shifts.filter((shift) => drifts(shift, policy)).length;
      return observation.shifts.length === 0 || isEnough(drifting, observation, policy);
    }
    case 'performance':
      if (bySample(policy)) return Object.keys(observation.live).length === 0 || performanceFall(observation, policy) !== null;
      return observation.performance !== null;
    case 'quality':
      return observation.quality !== null;
    case 'estimate':
      return observation.estimate !== null;
    case 'truth':
      return observation.truth !== null;
    case 'service':
    case 'labels':
      return findings(state, observation, policy).some(({ kind }) => kind === alarm.kind);
  }
}
