import { alarmName, findings, isUrgent, stillStands, triggerOf } from './alarm.ts';
import { type Answer, answerTo, helpedByRetraining } from './answer.ts';
import { drifts, isEnough, streaksAfter } from './drift.ts';
import type { Alarm, MonitorDecision, MonitorPolicy, MonitorState, Observation } from './state.ts';

/** A monitor that has seen nothing yet. */
export function initialMonitorState(): MonitorState {
  return {
    champion: null,
    streaks: {},
    labelsAtStreak: null,
    newest: null,
    alarms: [],
    lastReleaseEndedAt: null,
    paused: false,
    memory: null,
  };
}

/**
 * What a tick leads to. Of each kind at most one alarm stands: it is raised once, told, and answered when an answer can help (see
 * `answerTo`). It stands until a release is promoted, or until what it says is no longer so for as many samples as it took to
 * raise it. Of several answers the strongest is given: a trial is stopped before a champion is rolled back before a retrain.
 * Paused: alarms are told, nothing is started. Pure.
 */
export function decideMonitor(before: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorDecision {
  const seen = take(before, observation, policy);
  const kept = seen.alarms.filter(({ calm }) => calm < policy.drift.consecutive);
  const over = seen.alarms
    .filter(({ calm }) => calm >= policy.drift.consecutive)
    .map(({ kind, because }) => `the ${alarmName[kind]} alarm is over: ${isCalm(policy)}; it was: ${because}`);
  const raised = findings(seen, observation, policy)
    .filter((found) => !seen.alarms.some(({ kind }) => kind === found.kind))
    .map((found): Alarm => ({
      ...found,
      ...urgencyOf(found, observation),
      raisedAt: observation.at,
      labelsAtLastTry: found.labelsAtChange,
      tries: 0,
      calm: 0,
    }));
  const state = { ...seen, alarms: [...kept, ...raised] };

  const answers = state.alarms.map((alarm) => answerTo(alarm, state, observation, policy));
  const standing = answers.map(({ alarm: { kind, raisedAt }, because }) => ({ kind, raisedAt, because }));
  const first = strongest(answers) ?? answers.find(({ alarm }) => raised.includes(alarm));
  const told = answers
    .filter(({ alarm }) => raised.includes(alarm) && alarm !== first?.alarm)
    .map(({ alarm, because }) => ({ trigger: triggerOf[alarm.kind], because }));
  if (first === undefined) {
    const because = over[0] ?? answers[0]?.because ?? 'nothing stands out';
    return { state, action: { kind: 'none' }, because, told, over, standing };
  }
  const { alarm, action, because } = first;
  const trigger = triggerOf[alarm.kind];
  const result = { because, told, over, standing };
  if (action === 'wait') return { ...result, state, action: { kind: 'tell', trigger } };
  if (action === 'retrain') return { ...result, state, action: { kind: 'retrain', trigger, alarm: alarm.kind } };
  const answered = action === 'stop' ? { ...alarm, stopped: observation.running ?? '' } : { ...alarm, tries: 1 };
  const alarms = state.alarms.map((one) => (one === alarm ? answered : one));
  return { ...result, state: { ...state, alarms }, action: { kind: action, trigger } };
}

/** Why an alarm that was answered by nothing is over. */
export function isCalm({ drift }: MonitorPolicy): string {
  return `no longer so in ${drift.consecutive === 1 ? 'the last sample' : `the last ${drift.consecutive} samples`}`;
}

/** Whether a service alarm burns fast now, and on which trial it began to. */
function urgencyOf(alarm: Pick<Alarm, 'kind' | 'urgent'>, observation: Observation): Pick<Alarm, 'urgent' | 'trial'> {
  if (alarm.kind !== 'service') return {};
  const { onTrial, running } = observation;
  const urgent = isUrgent(observation);
  const begins = urgent && alarm.urgent !== true;
  return { urgent, ...(begins && onTrial === true && running !== null ? { trial: running } : {}) };
}

function strongest(answers: readonly Answer[]): Answer | undefined {
  for (const action of ['stop', 'rollback', 'retrain'] as const) {
    const found = answers.find((answer) => answer.action === action);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tick folded into the state. A sample without a new row is not counted twice; another champion has another reference. */
function take(before: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorState {
  const { champion, newest, shifts, lastRelease, memory } = observation;
  const moved = champion !== before.champion;
  const state: MonitorState = {
    ...before,
    champion,
    memory: memory ?? before.memory,
    lastReleaseEndedAt: latest(before.lastReleaseEndedAt, lastRelease?.endedAt ?? null),
    alarms: before.alarms.map((alarm) => ({ ...alarm, ...urgencyOf(alarm, observation), ...(moved ? { calm: 0 } : {}) })),
    ...(moved ? { streaks: {}, labelsAtStreak: null } : {}),
  };
  if (newest === null || newest === before.newest) return state;
  const alarms = state.alarms.map((alarm) => ({
    ...alarm,
    calm: stillStands(alarm, state, observation, policy) ? 0 : alarm.calm + 1,
  }));
  if (shifts.length === 0) return { ...state, newest, alarms };
  const drifting = shifts.filter((shift) => drifts(shift, policy)).length;
  return {
    ...state,
    newest,
    alarms,
    streaks: streaksAfter(state.streaks, shifts, policy),
    labelsAtStreak: isEnough(drifting, observation, policy) ? (state.labelsAtStreak ?? observation.labels) : null,
  };
}

/** A retrain has been asked for. It answers all that it can help: the next one needs labels of its own. */
export function acceptTrigger(state: MonitorState, { labels }: Pick<Observation, 'labels'>): MonitorState {
  const tried = (alarm: Alarm): Alarm => ({ ...alarm, labelsAtLastTry: labels, tries: alarm.tries + 1 });
  return {
    ...state,
    alarms: state.alarms.map((alarm) => (helpedByRetraining.includes(alarm.kind) ? tried(alarm) : alarm)),
    // Of a change that has not come to an alarm yet, too.
    labelsAtStreak: state.labelsAtStreak === null ? null : labels,
  };
}

/**
 * A release has ended. A promoted one moves the reference: it answers the alarms, and only a change from here on raises
 * another. Any other leaves them standing for another try; after a rollback, which its gates had not foreseen, that
 * try needs labels that are newer than the rollback.
 */
export function afterRelease(
  state: MonitorState,
  { outcome, champion, endedAt, labels }: { outcome: string; champion: number | null; endedAt: number; labels: number },
): MonitorState {
  const ended = { ...state, lastReleaseEndedAt: latest(state.lastReleaseEndedAt, endedAt) };
  if (outcome === 'promoted') return { ...ended, champion, alarms: [], streaks: {}, labelsAtStreak: null };
  if (outcome !== 'rolled_back') return ended;
  const alarms = state.alarms.map((alarm) => ({ ...alarm, labelsAtLastTry: Math.max(labels, alarm.labelsAtLastTry) }));
  return { ...ended, alarms };
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
