import { counted, lasting } from '../stats/wording.ts';
import { newAlarm, stillStands } from './alarm.ts';
import { drifts, isEnough, streaksAfter } from './drift.ts';
import type { Alarm, MonitorDecision, MonitorPolicy, MonitorState, Observation, TriggerKind } from './state.ts';

/** A monitor that has seen nothing yet. */
export function initialMonitorState(): MonitorState {
  return {
    champion: null,
    streaks: {},
    labelsAtStreak: null,
    calm: 0,
    newest: null,
    alarm: null,
    lastReleaseEndedAt: null,
    paused: false,
  };
}

/**
 * What a tick leads to. An alarm is raised once, told, and answered as `on_breach` says when an answer can help: a retrain
 * when there are `retrain_after` labels since the change (or since the last try), nothing runs and the cooldown is over; a
 * rollback once. It stands until a release is promoted, or until what it says is no longer so for as many samples as it took
 * to raise it. Paused: alarms are told, nothing is started. Pure.
 */
export function decideMonitor(before: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorDecision {
  const state = take(before, observation, policy);
  if (state.alarm !== null) {
    return state.calm >= policy.drift.consecutive
      ? {
          state: { ...state, alarm: null, calm: 0 },
          action: { kind: 'none' },
          because: `the ${state.alarm.kind} alarm is over: ${state.alarm.because}`,
        }
      : answer(state, state.alarm, observation, policy, false);
  }
  const alarm = newAlarm(state, observation, policy);
  return alarm === null
    ? { state, action: { kind: 'none' }, because: 'nothing stands out' }
    : answer({ ...state, alarm, calm: 0 }, alarm, observation, policy, true);
}

/** The tick folded into the state. A sample without a new row is not counted twice; another champion has another reference. */
function take(before: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorState {
  const { champion, newest, shifts, lastRelease } = observation;
  const moved = champion !== before.champion;
  const state: MonitorState = {
    ...before,
    champion,
    lastReleaseEndedAt: latest(before.lastReleaseEndedAt, lastRelease?.endedAt ?? null),
    ...(moved ? { streaks: {}, labelsAtStreak: null, calm: 0 } : {}),
  };
  if (newest === null || newest === before.newest) return state;
  const calm = state.alarm === null || stillStands(state.alarm, observation, policy) ? 0 : state.calm + 1;
  if (shifts.length === 0) return { ...state, newest, calm };
  const drifting = shifts.filter((shift) => drifts(shift, policy)).length;
  return {
    ...state,
    newest,
    calm,
    streaks: streaksAfter(state.streaks, shifts, policy),
    labelsAtStreak: isEnough(drifting, observation, policy) ? (state.labelsAtStreak ?? observation.labels) : null,
  };
}

/** What the standing alarm leads to at this tick: told when new, answered when that can help. */
function answer(
  state: MonitorState,
  alarm: Alarm,
  observation: Observation,
  policy: MonitorPolicy,
  isNew: boolean,
): MonitorDecision {
  const waits = (why: string): MonitorDecision => ({
    state,
    action: isNew ? { kind: 'tell', trigger: alarm.kind } : { kind: 'none' },
    because: `${alarm.because}; ${why}`,
  });
  if (policy.on_breach === 'tell') return waits('the policy is to tell');
  if (state.paused) return waits('paused');
  if (observation.running !== null) return waits(`${observation.running} is running`);
  if (policy.on_breach === 'rollback') {
    if (alarm.tries > 0) return waits('it was answered by a rollback');
    return {
      state: { ...state, alarm: { ...alarm, tries: 1 } },
      action: { kind: 'rollback', trigger: alarm.kind },
      because: alarm.because,
    };
  }
  const labels = observation.labels - alarm.labelsAtLastTry;
  const since = alarm.tries === 0 ? 'since the change' : 'since the last try';
  if (labels < policy.retrain_after) return waits(`${labels} of ${counted(policy.retrain_after, 'label')} ${since}`);
  const rest = (state.lastReleaseEndedAt ?? Number.NEGATIVE_INFINITY) + policy.cooldown - observation.at;
  if (rest > 0) return waits(`${lasting(rest)} of the cooldown are left`);
  return {
    state,
    action: { kind: 'retrain', trigger: alarm.kind, newAlarm: isNew },
    because: `${alarm.because}; ${counted(labels, 'label')} ${since}`,
  };
}

/** A retrain on the standing alarm has been asked for: the next one needs labels of its own. */
export function acceptTrigger(state: MonitorState, trigger: TriggerKind, { labels }: Pick<Observation, 'labels'>): MonitorState {
  if (state.alarm === null || state.alarm.kind !== trigger) return state;
  return { ...state, alarm: { ...state.alarm, labelsAtLastTry: labels, tries: state.alarm.tries + 1 } };
}

/**
 * A release has ended. A promoted one moves the reference: it answers the alarm, and only a change from here on raises
 * another. Any other leaves the alarm standing for another try; after a rollback, which its gates had not foreseen, that
 * try needs labels that are newer than the rollback.
 */
export function afterRelease(
  state: MonitorState,
  { outcome, champion, endedAt, labels }: { outcome: string; champion: number | null; endedAt: number; labels: number },
): MonitorState {
  const ended = { ...state, lastReleaseEndedAt: latest(state.lastReleaseEndedAt, endedAt) };
  if (outcome === 'promoted') return { ...ended, champion, alarm: null, streaks: {}, labelsAtStreak: null, calm: 0 };
  if (outcome !== 'rolled_back' || state.alarm === null) return ended;
  return { ...ended, alarm: { ...state.alarm, labelsAtLastTry: Math.max(labels, state.alarm.labelsAtLastTry) } };
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
