import { describe, expect, it } from 'vitest';
import { monitor } from '../spec/monitor-schema.ts';
import { initialMonitorState } from './decide-monitor.ts';
import { drillGivesWay } from './drill-gives-way.ts';
import type { Alarm, MonitorState, Observation } from './state.ts';

const policy = monitor.parse({ retrain_after: 100, cooldown: '0s' });
const day = 86_400_000;
const calm: Observation = {
  at: 100 * day,
  champion: 3,
  sampled: 1000,
  newest: 'id-1',
  shifts: [],
  labels: 5000,
  live: {},
  baseline: {},
  budgets: [],
  running: 'sales/9',
  onTrial: true,
  drill: true,
  lastRelease: null,
};
const drifted = { because: 'nswprice moved', features: ['nswprice'] };
const alarm: Alarm = {
  kind: 'drift',
  raisedAt: 99 * day,
  labelsAtChange: 4990,
  labelsAtLastTry: 4990,
  features: ['nswprice'],
  because: 'nswprice moved',
  tries: 0,
  calm: 0,
};
const standing: MonitorState = { ...initialMonitorState(), champion: 3, alarms: [alarm] };

describe('a drill that runs', () => {
  it('goes on while nothing stands out, and while an alarm waits for labels', () => {
    expect(drillGivesWay(initialMonitorState(), calm, policy)).toBeNull();
    expect(drillGivesWay(standing, { ...calm, drift: drifted }, policy)).toBeNull();
  });

  it('gives way to an alarm that is raised', () => {
    expect(drillGivesWay(initialMonitorState(), { ...calm, drift: drifted }, policy)).toMatch(/nswprice moved/);
  });

  it('gives way to an alarm that nothing but the drill keeps from its answer', () => {
    const labelled = { ...calm, labels: 5100, drift: drifted };
    expect(drillGivesWay(standing, labelled, policy)).toBe('nswprice moved; 110 labels since the change');
    expect(drillGivesWay(standing, { ...labelled, drill: false }, policy)).toBeNull();
  });
});
