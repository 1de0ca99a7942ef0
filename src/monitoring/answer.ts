import { counted, figure, lasting } from '../stats/wording.ts';
import { isUrgent } from './alarm.ts';
import type { Alarm, AlarmKind, MonitorPolicy, MonitorState, Observation } from './state.ts';

/** What an alarm leads to at a tick. `because` is the alarm with the reason for acting or waiting. */
export interface Answer {
  readonly alarm: Alarm;
  readonly action: 'wait' | 'retrain' | 'rollback' | 'stop';
  readonly because: string;
}

/** A new version, learned from what has come since, can mend it. Failing requests and faulty data it cannot. */
export const helpedByRetraining: readonly AlarmKind[] = ['drift', 'performance', 'estimate', 'labels'];
/** It may be the champion's own fault, so that the one before it can mend it. */
const helpedByRollback: readonly AlarmKind[] = ['performance', 'labels', 'service'];

const week = 7 * 86_400_000;

/**
 * What a standing alarm leads to:
 * - a fault of the data is told to whoever owns the source, and nothing else: a version that learned from it would learn the fault;
 * - a promotion that labels prove wrong is reverted, where the policy says so;
 * - a service that began to burn its budget while a version was on trial, and burns it fast, stops the trial;
 * - the rest is answered as `on_breach` says, by a retrain or a rollback, where that can help.
 */
export function answerTo(alarm: Alarm, state: MonitorState, observation: Observation, policy: MonitorPolicy): Answer {
  const waits = (why: string): Answer => ({ alarm, action: 'wait', because: `${alarm.because}; ${why}` });
  const acts = (action: Answer['action']): Answer => ({ alarm, action, because: alarm.because });
  const { running } = observation;
  const { kind } = alarm;

  const onTrial = observation.onTrial === true ? running : null;
  if (kind === 'service' && onTrial !== null && alarm.trial === onTrial && isUrgent(observation)) {
    if (alarm.stopped === onTrial) return waits(`${onTrial} is being stopped for it`);
    return state.paused ? waits('paused') : acts('stop');
  }
  if (kind === 'quality') return waits("that is for the source's owner: a version that learned from it would learn the fault");
  if (kind === 'truth') {
    if (policy.late_labels?.answer !== 'revert') return waits('the policy is to tell');
    return revert(alarm, state, running, waits, acts);
  }
  if (policy.on_breach === 'tell') return waits('the policy is to tell');
  if (policy.on_breach === 'rollback') {
    if (!helpedByRollback.includes(kind)) return waits('the version before this one would not know better');
    return revert(alarm, state, running, waits, acts);
  }
  if (!helpedByRetraining.includes(kind)) return waits('retraining does not mend that');
  if (kind === 'estimate' && labelsAreGood(state, observation)) return waits('labels do not bear it out');
  return retrain(alarm, state, observation, policy);
}

/** There are labels to judge the champion by, and they raise no alarm. */
function labelsAreGood({ alarms }: MonitorState, { live }: Observation): boolean {
  return Object.keys(live).length > 0 && !alarms.some(({ kind }) => kind === 'performance');
}

function revert(
  alarm: Alarm,
  state: MonitorState,
  running: string | null,
  waits: (why: string) => Answer,
  acts: (action: Answer['action']) => Answer,
): Answer {
  if (state.paused) return waits('paused');
  if (running !== null) return waits(`${running} is running`);
  return alarm.tries > 0 ? waits('it was answered by a rollback') : acts('rollback');
}

/** A retrain, when there is something to learn from, nothing runs, and time and money allow it. */
function retrain(alarm: Alarm, state: MonitorState, observation: Observation, policy: MonitorPolicy): Answer {
  const waits = (why: string): Answer => ({ alarm, action: 'wait', because: `${alarm.because}; ${why}` });
  if (state.paused) return waits('paused');
  if (observation.running !== null) return waits(`${observation.running} is running`);
  if (state.alarms.some(({ kind }) => kind === 'quality'))
    return waits('the data is faulty, and a retrain would learn the fault');
  const labels = observation.labels - alarm.labelsAtLastTry;
  const since = alarm.tries === 0 ? 'since the change' : 'since the last try';
  if (labels < policy.retrain_after) return waits(`${labels} of ${counted(policy.retrain_after, 'label')} ${since}`);
  const rest = (state.lastReleaseEndedAt ?? Number.NEGATIVE_INFINITY) + policy.cooldown - observation.at;
  if (rest > 0) return waits(`${lasting(rest)} of the cooldown are left`);
  const begun = observation.releasesThisWeek ?? 0;
  const most = policy.retrains_a_week ?? Infinity;
  if (begun >= most) return waits(`${counted(begun, 'release')} began within ${lasting(week)}, and ${most} may`);
  const { cost } = observation;
  if (cost && cost.spent + cost.next > cost.monthly) {
    const money = (amount: number) => `${figure(Number(amount.toFixed(2)))} ${cost.currency}`;
    return waits(`${money(cost.spent)} of ${money(cost.monthly)} a month are spent, and a retrain costs ${money(cost.next)}`);
  }
  return { alarm, action: 'retrain', because: `${alarm.because}; ${counted(labels, 'label')} ${since}` };
}
