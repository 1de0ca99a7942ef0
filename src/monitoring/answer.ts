import { counted, inWords, lasting } from '../stats/wording.ts';
import { isUrgent } from './alarm.ts';
import { overBudget } from './money.ts';
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
    return state.paused ? waits('the monitor is paused') : acts('stop');
  }
  if (kind === 'quality')
    return waits('nothing is retrained while it lasts: a version that learned from such data would learn the fault');
  if (kind === 'truth') {
    if (policy.late_labels?.answer !== 'revert') return waits('the policy is to tell, and to do nothing');
    return revert(alarm, state, running, waits, acts);
  }
  if (policy.on_breach === 'tell') return waits('the policy is to tell, and to do nothing');
  if (policy.on_breach === 'rollback') {
    if (!helpedByRollback.includes(kind)) return waits('the version before this one would do no better');
    return revert(alarm, state, running, waits, acts);
  }
  if (!helpedByRetraining.includes(kind)) return waits('a retrain does not mend that');
  if (kind === 'estimate' && labelsAreGood(state, observation)) return waits('the labels that have come do not bear it out');
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
  if (state.paused) return waits('the monitor is paused');
  if (running !== null) return waits(`${running} is running`);
  return alarm.tries > 0 ? waits('a rollback has answered it') : acts('rollback');
}

/** A retrain, when there is something to learn from, nothing runs, and time and money allow it. */
function retrain(alarm: Alarm, state: MonitorState, observation: Observation, policy: MonitorPolicy): Answer {
  const waits = (why: string): Answer => ({ alarm, action: 'wait', because: `${alarm.because}; ${why}` });
  if (state.paused) return waits('the monitor is paused');
  if (observation.running !== null) return waits(`${observation.running} is running`);
  if (state.alarms.some(({ kind }) => kind === 'quality'))
    return waits('a retrain waits for the data to be in order: it would learn the fault');
  const labels = observation.labels - alarm.labelsAtLastTry;
  const since = alarm.tries === 0 ? 'since the change' : 'since the last try';
  if (labels < policy.retrain_after)
    return waits(`a retrain waits for labels, ${inWords(labels)} of ${inWords(policy.retrain_after)} have come ${since}`);
  const rest = (state.lastReleaseEndedAt ?? Number.NEGATIVE_INFINITY) + policy.cooldown - observation.at;
  if (rest > 0) return waits(`the cooldown lasts another ${lasting(rest)}`);
  const begun = observation.releasesThisWeek ?? 0;
  const most = policy.retrains_a_week ?? Infinity;
  if (begun >= most) return waits(`${counted(begun, 'release')} began within seven days, where ${inWords(most)} may`);
  const tooDear = overBudget(observation.cost);
  if (tooDear !== null) return waits(tooDear);
  return { alarm, action: 'retrain', because: `${alarm.because}; ${counted(labels, 'label')} ${since}` };
}
