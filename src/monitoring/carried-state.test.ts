import { expect, it } from 'vitest';
import { carriedState } from './carried-state.ts';
import { initialMonitorState } from './decide-monitor.ts';

/** As a monitor handed it to its next run before it could stand under several alarms. */
const before = {
  champion: 3,
  streaks: { a: 4 },
  labelsAtStreak: 96,
  calm: 1,
  newest: 'id',
  alarm: {
    kind: 'budget' as const,
    raisedAt: 7,
    labelsAtChange: 96,
    labelsAtLastTry: 96,
    features: [],
    because: '12 of 10,000 requests failed',
    tries: 1,
  },
  lastReleaseEndedAt: 5,
  paused: true,
};

it('goes on with the alarm that stood', () => {
  const { alarm, calm, ...rest } = before;
  expect(carriedState(before)).toEqual({ ...rest, alarms: [{ ...alarm, kind: 'service', calm }], memory: null });
  expect(carriedState({ ...before, alarm: null })).toMatchObject({ champion: 3, paused: true, alarms: [] });
});

it('leaves a state of today as it is, and begins without one', () => {
  const state = { ...initialMonitorState(), paused: true };
  expect(carriedState(state)).toBe(state);
  expect(carriedState(undefined)).toEqual(initialMonitorState());
});
