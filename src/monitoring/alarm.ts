import { drifted, drifts, driftSentence, isEnough } from './drift.ts';
import { performanceFall } from './performance.ts';
import type { Alarm, MonitorPolicy, MonitorState, Observation } from './state.ts';

/** The alarm that this tick raises where none stands: for drift, else for the label metric, else for a budget. */
export function newAlarm(state: MonitorState, observation: Observation, policy: MonitorPolicy): Alarm | null {
  const raise = (kind: Alarm['kind'], because: string, features: readonly string[], labelsAtChange: number): Alarm => ({
    kind,
    because,
    features,
    raisedAt: observation.at,
    labelsAtChange,
    labelsAtLastTry: labelsAtChange,
    tries: 0,
  });
  const features = drifted(state.streaks, policy);
  if (isEnough(features.length, observation, policy)) {
    return raise('drift', driftSentence(features, observation), features, state.labelsAtStreak ?? observation.labels);
  }
  const fall = performanceFall(observation, policy);
  if (fall !== null) return raise('performance', fall, [], observation.labels);
  const spent = observation.budgets.find((budget) => budget.spent >= 1);
  return spent === undefined ? null : raise('budget', spent.because, [], observation.labels);
}

/** What the alarm says is still so in this sample. Where nothing was measured it is taken to be. */
export function stillStands(alarm: Alarm, observation: Observation, policy: MonitorPolicy): boolean {
  if (alarm.kind === 'drift') {
    const drifting = observation.shifts.filter((shift) => drifts(shift, policy)).length;
    return observation.shifts.length === 0 || isEnough(drifting, observation, policy);
  }
  if (alarm.kind === 'performance')
    return Object.keys(observation.live).length === 0 || performanceFall(observation, policy) !== null;
  return observation.budgets.some((budget) => budget.spent >= 1);
}
