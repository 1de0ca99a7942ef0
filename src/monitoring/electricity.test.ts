import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterRelease, decideMonitor, initialMonitorState } from './decide-monitor.ts';
import { beginDrift, type DriftAlarm, observeDrift } from './drift-detector.ts';
import { driftReference } from './drift-reference.ts';
import { acceptedRows, featureShifts } from './shifts.ts';
import type { Alarm, MonitorPolicy, MonitorState } from './state.ts';

const day = 48;
/** Monday, 5 May 1997, 00:00: the Victorian market joins. */
const change = 17_424;
/** 90 days to learn from and 7 days held out, as the example's file says. */
const window = 97 * day;

const number = { type: 'number' } as const;
const features = { period: number, nswprice: number, nswdemand: number, vicprice: number, vicdemand: number, transfer: number };
const policy: MonitorPolicy = {
  every: 600_000,
  sample: 1000,
  drift: { false_alarms: '1 in 90d', psi: 0.2, mean_shift: 0.1, consecutive: 3, features: 0.5 },
  performance: { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500 },
  budgets: [],
  on_breach: 'tell',
  retrain_after: 480,
  cooldown: 0,
};

let market: Record<string, number[]>;

beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const files = fileURLToPath(new URL('../../examples/electricity/data/*.parquet', import.meta.url));
  const columns = Object.keys(features).map((feature) => `${feature}::DOUBLE AS ${feature}`);
  const reader = await connection.runAndReadAll(
    `SELECT ${columns.join(', ')} FROM read_parquet('${files}') ORDER BY "timestamp"`,
  );
  market = reader.getColumnsObjectJS() as Record<string, number[]>;
  connection.closeSync();
});

const rows = (from: number, to: number) =>
  Object.fromEntries(Object.entries(market).map(([feature, values]) => [feature, values.slice(Math.max(0, from), to)]));

/**
 * A monitor that looks once a day, from row `start` until row `until`, at the last 1,000 rows since `start`. Its champion
 * learned from the 97 days before `start`. Returns the row at which each alarm was raised.
 */
function watch(start: number, until: number, from: MonitorState = initialMonitorState()): { row: number; alarm: Alarm }[] {
  const accepted = rows(Math.max(start - window, start - acceptedRows(policy.sample)), start);
  const raised: { row: number; alarm: Alarm }[] = [];
  let state: MonitorState = { ...from, champion: 1 };
  for (let row = start + 6 * day; row <= until; row += day) {
    const sample = rows(Math.max(start, row - policy.sample), row);
    const decision = decideMonitor(
      state,
      {
        at: row * 1_800_000,
        champion: 1,
        sampled: Math.min(policy.sample, row - start),
        newest: `${row}`,
        shifts: featureShifts(accepted, sample, features, policy.sample),
        labels: row - start,
        live: {},
        baseline: {},
        budgets: [],
        running: null,
        lastRelease: null,
      },
      policy,
    );
    state = decision.state;
    const [alarm] = state.alarms;
    if (decision.action.kind === 'tell' && alarm !== undefined) raised.push({ row, alarm });
  }
  return raised;
}

describe('the electricity market, by thresholds', () => {
  it('raises no alarm before it changes, whenever one begins to look', () => {
    for (let start = window; start < change - 7 * day; start += 56 * day) {
      expect(watch(start, Math.min(change, start + 40 * day))).toEqual([]);
    }
  });

  it('raises one alarm within three days of its change, naming the columns that began to move', () => {
    const raised = watch(change - 7 * day, change + 42 * day);
    expect(raised).toHaveLength(1);
    expect(raised[0]?.row).toBeLessThanOrEqual(change + 3 * day);
    expect(raised[0]?.alarm.features.toSorted()).toEqual(['transfer', 'vicdemand', 'vicprice']);
    expect(raised[0]?.alarm.because).toMatch(/^3 of 6 features moved .*vicprice from 0\.003467 to 0\.003/);
    // The first labels counted towards a retrain are those of the first day after the change.
    expect(raised[0]?.alarm.labelsAtChange).toBe(8 * day);
  });

  it('says the same of a monitor that has looked on since summer', () => {
    const raised = watch(change - 120 * day, change + 7 * day);
    expect(raised.map(({ row, alarm }) => [row > change, alarm.features.toSorted()])).toEqual([
      [true, ['transfer', 'vicdemand', 'vicprice']],
    ]);
  });

  it('does not raise the same change again once a release has learned from four weeks of it', () => {
    const alarmed = { ...initialMonitorState(), streaks: { vicprice: 20, vicdemand: 20, transfer: 20 }, labelsAtStreak: 0 };
    for (const days of [28, 32, 35, 42]) {
      const released = afterRelease(alarmed, { outcome: 'promoted', champion: 1, endedAt: 0, labels: days * day });
      expect(watch(change + days * day, change + (days + 28) * day, released)).toEqual([]);
    }
  });
});

/** The same with detectors, row by row from `start`, looked at twice a day. @returns the first alarms, and where they came */
function detect(start: number, until: number): { row: number; alarms: readonly DriftAlarm[] } | null {
  const reference = driftReference(rows(start - window, start), { features, stretch: policy.sample });
  let state = beginDrift(reference);
  for (let row = start; row < until; row += 24) {
    const at = Array.from({ length: 24 }, (_, i) => row + i);
    const seen = observeDrift(reference, state, { at, columns: rows(row, row + 24) }, { falseAlarmRows: 90 * day });
    if (seen.alarms.length > 0) return { row: row + 24, alarms: seen.alarms };
    state = seen.state;
  }
  return null;
}

describe('the electricity market, by detectors', () => {
  it('has changed, it is said half a day after it has, by the columns that began to move', () => {
    const found = detect(change - 7 * day, change + 7 * day);
    expect(found?.row).toBeLessThanOrEqual(change + 24);
    expect(found?.alarms.map(({ feature }) => feature).toSorted()).toEqual(['transfer', 'vicdemand', 'vicprice']);
    for (const { since, direction } of found?.alarms ?? []) expect([since, direction]).toEqual([change, 'wider']);
  });

  it('raises at most one alarm in 90 days before that, on average', () => {
    let [watched, alarms] = [0, 0];
    for (let start = window; start < change;) {
      const found = detect(start, change);
      alarms += Number(found !== null);
      watched += (found?.row ?? change) - start;
      start = (found?.row ?? change) + 28 * day;
    }
    expect(watched / day / alarms).toBeGreaterThanOrEqual(90);
  });

  it('has not changed again in the four weeks after a release that has learned from it', () => {
    for (const days of [28, 32, 35]) {
      const released = change + days * day;
      const found = detect(released, released + 28 * day);
      expect(found?.alarms.filter(({ feature }) => ['transfer', 'vicdemand', 'vicprice'].includes(feature)) ?? []).toEqual([]);
    }
  });
});
