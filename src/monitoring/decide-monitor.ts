import { drifted, driftSentence, streaksAfter } from './drift.ts';
import { performanceFall } from './performance.ts';
import type { Alarm, MonitorDecision, MonitorPolicy, MonitorState, Observation, TriggerKind } from './state.ts';

/** A monitor that has seen nothing yet. */
export function initialMonitorState(): MonitorState {
  return {
    champion: null,
    streaks: {},
    labelsAtStreak: null,
    newest: null,
    alarm: null,
    lastReleaseEndedAt: null,
    paused: false,
  };
}

/** What a tick leads to: an alarm is raised once, and answered when a retrain can help. Pure. */
export function decideMonitor(state: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorDecision {
  const seen = take(state, observation, policy);
  if (seen.alarm === null) {
    const alarm = newAlarm(seen, observation, policy);
    return alarm === null
      ? { state: seen, action: { kind: 'none' }, because: 'nothing stands out' }
      : answer({ ...seen, alarm }, observation, policy, true);
  }
  return answer(seen, observation, policy, false);
}

/** The tick's sample folded into the state. A sample without a new row is not counted twice. */
function take(state: MonitorState, observation: Observation, policy: MonitorPolicy): MonitorState {
  const champion = observation.champion;
  if (observation.newest === null || observation.newest === state.newest || observation.shifts.length === 0)
    return { ...state, champion };
  const streaks = streaksAfter(state.streaks, observation.shifts, policy);
  const drifting = Object.keys(streaks).length > 0;
  return {
    ...state,
    champion,
    streaks,
    newest: observation.newest,
    labelsAtStreak: drifting ? (state.labelsAtStreak ?? observation.labels) : null,
  };
}

function newAlarm(state: MonitorState, observation: Observation, policy: MonitorPolicy): Alarm | null {
  const raise = (kind: Alarm['kind'], features: readonly string[], labelsAtChange: number, because: string): Alarm => ({
    kind,
    features,
    because,
    raisedAt: observation.at,
    labelsAtChange,
    labelsAtLastTry: labelsAtChange,
    tries: 0,
  });
  const features = drifted(state.streaks, policy);
  if (observation.shifts.length > 0 && features.length / observation.shifts.length >= policy.drift.features) {
    return raise('drift', features, state.labelsAtStreak ?? observation.labels, driftSentence(features, observation));
  }
  const fall = performanceFall(observation, policy);
  if (fall !== null) return raise('performance', [], observation.labels, fall);
  const spent = observation.budgets.find((budget) => budget.spent >= 1);
  return spent === undefined ? null : raise('budget', [], observation.labels, spent.because);
}

/** What the standing alarm leads to at this tick. */
function answer(state: MonitorState, observation: Observation, policy: MonitorPolicy, isNew: boolean): MonitorDecision {
  const alarm = state.alarm as Alarm;
  const trigger: TriggerKind = alarm.kind;
  const tell = (because: string): MonitorDecision => ({
    state,
    action: isNew ? { kind: 'tell', trigger } : { kind: 'none' },
    because,
  });
  if (policy.on_breach === 'tell') return tell(`${alarm.because}. The policy is to tell`);
  if (policy.on_breach === 'rollback') {
    return isNew && !state.paused && observation.running === null
      ? { state, action: { kind: 'rollback', trigger }, because: alarm.because }
      : tell(alarm.because);
  }
  const labels = observation.labels - alarm.labelsAtLastTry;
  if (labels < policy.retrain_after)
    return tell(`${alarm.because}. ${labels} labels since then; a retrain starts at ${policy.retrain_after}`);
  if (observation.running !== null) return tell(`${alarm.because}. ${observation.running} is running`);
  if (state.paused) return tell(`${alarm.because}. Paused`);
  const rested = state.lastReleaseEndedAt === null || observation.at - state.lastReleaseEndedAt >= policy.cooldown;
  if (!rested) return tell(`${alarm.because}. The last release ended less than the cooldown ago`);
  const since = alarm.tries === 0 ? 'since the change' : `since try ${alarm.tries}, which was not promoted`;
  return {
    state,
    action: { kind: 'retrain', trigger, newAlarm: isNew },
    because: `${alarm.because}. ${labels} labels have arrived ${since}`,
  };
}

/** A retrain on the standing alarm was asked for: the next one needs labels of its own. */
export function acceptTrigger(state: MonitorState, trigger: TriggerKind, observation: Pick<Observation, 'labels'>): MonitorState {
  if (state.alarm === null || state.alarm.kind !== trigger) return state;
  return { ...state, alarm: { ...state.alarm, labelsAtLastTry: observation.labels, tries: state.alarm.tries + 1 } };
}

/** A release has ended. A promoted one moves the reference and answers the alarm; any other leaves it standing. */
export function afterRelease(
  state: MonitorState,
  release: { outcome: string; champion: number | null; endedAt: number; labels: number },
): MonitorState {
  const ended = { ...state, champion: release.champion, lastReleaseEndedAt: release.endedAt };
  return release.outcome === 'promoted' ? { ...ended, alarm: null, streaks: {}, labelsAtStreak: null } : ended;
}
