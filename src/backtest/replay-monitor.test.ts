import { describe, expect, it } from 'vitest';
import { exampleSpec } from '../registry/example-model.testsuite.ts';
import type { ArrivedLabel } from '../registry/judged-labels.ts';
import type { RecordedRelease } from '../registry/recorded-releases.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { nothingKnown } from '../watch/champion-reference.ts';
import type { JudgedPrediction } from '../watch/judge-labels.ts';
import { BudgetSeries } from './budget-series.ts';
import type { MonitorRecord, Reign } from './monitor-record.ts';
import { replayMonitor } from './replay-monitor.ts';

const hour = 3_600_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const usual = exampleSpec('m');
const policy = (monitor: Partial<ModelSpec['monitor']> = {}): ModelSpec => ({
  ...usual,
  monitor: { ...usual.monitor, ...monitor },
});

/** A label a second, of answers that are right until the third hour and all wrong from there on. */
function recordOf(spec: ModelSpec, hours: number, changes: Partial<MonitorRecord> = {}): MonitorRecord {
  const leading = { model: 'm', version: 1, release: null, by: 'ada', because: 'a test', since: new Date(start) };
  const reign: Reign = { leading, from: start, to: null };
  const version = { version: 1, metrics: { accuracy: 0.9 }, importances: {} } as unknown as VersionRecord;
  let seq = 0;
  return {
    from: start,
    to: start + hours * hour,
    reigns: [reign],
    releases: [],
    pauses: [],
    answers: { at: () => Promise.resolve([]) },
    labels: {
      upTo(time) {
        const judged: JudgedPrediction[] = [];
        const arrived: ArrivedLabel[] = [];
        for (; start + (seq + 1) * 1000 <= time; seq++) {
          const id = String(seq + 1);
          const at = start + (seq + 1) * 1000;
          const prediction = at < start + 3 * hour ? '1' : '0';
          const answer = { id, version: 1, role: 'champion' as const, score: 0.5, prediction };
          arrived.push({ seq: seq + 1, predictionId: id, label: '1', at, age: 0 });
          judged.push({ label: '1', answers: new Map([[1, answer]]) });
        }
        return Promise.resolve({ judged, arrived });
      },
    },
    labelSeq: 0,
    labelsBefore: (time) => Promise.resolve(Math.max(0, Math.floor((time - start) / 1000))),
    budgets: new BudgetSeries(spec.monitor.budgets, []),
    champion: () => Promise.resolve({ version, reference: nothingKnown, accepted: null, promotion: null }),
    ...changes,
  };
}

async function replay(spec: ModelSpec, hours: number, changes: Partial<MonitorRecord> = {}) {
  const alarms = await replayMonitor(recordOf(spec, hours, changes), spec, () => undefined);
  return alarms.map(({ at, kind, action }) => ({ hour: Number(((at - start) / hour).toFixed(2)), said: `${kind} ${action}` }));
}

const release = (from: number, to: number, outcome: RecordedRelease['outcome']): RecordedRelease => ({
  id: 'm/2',
  startedAt: start + from * hour,
  workedUntil: start + (from + 0.5) * hour,
  used: null,
  onTrialFrom: null,
  endedAt: start + to * hour,
  outcome,
});

describe('what a monitor saw, under a policy', () => {
  it('raises an alarm once there is evidence, and retrains once there is enough to learn from', async () => {
    const alarms = await replay(policy(), 5);
    expect(alarms.map(({ said }) => said)).toEqual(['performance tell', 'performance retrain']);
    const [told, retrained] = alarms.map((alarm) => alarm.hour);
    expect(told).toBeGreaterThan(3);
    expect(told).toBeLessThan(3.5);
    // A thousand labels are seventeen minutes, and a tick is ten.
    expect((retrained ?? 0) - (told ?? 0)).toBeGreaterThan(0.27);
    expect((retrained ?? 0) - (told ?? 0)).toBeLessThan(0.6);
    expect(await replay(policy({ on_breach: 'tell' }), 5)).toEqual(alarms.slice(0, 1));
    expect(await replay(policy({ performance: { ...usual.monitor.performance, accuracy_drop: 0.9 } }), 5)).toEqual([]);
  });

  it('counts a retrain that is not on record for the cooldown and the week', async () => {
    const retrains = (alarms: Awaited<ReturnType<typeof replay>>) => alarms.filter(({ said }) => said === 'performance retrain');
    const hours = retrains(await replay(policy(), 60)).map((alarm) => alarm.hour);
    expect(hours).toHaveLength(7);
    for (const [i, at] of hours.slice(1).entries()) expect(at - (hours[i] ?? 0)).toBeCloseTo(6, 0);
    expect(retrains(await replay(policy({ retrains_a_week: 2 }), 60))).toHaveLength(2);
  });

  it('waits for the release on record, whose promotion answers the alarm', async () => {
    const known = await replay(policy(), 5);
    const began = known[1]?.hour ?? 0;
    const releases = [release(began + 0.05, began + 3, 'rolled_back')];
    const failed = await replay(policy(), 20, { releases });
    const next = failed[2]?.hour ?? 0;
    expect(failed.slice(0, 2)).toEqual(known);
    // Six hours after its end.
    expect(next - began).toBeGreaterThanOrEqual(9);
    expect(next - began).toBeLessThan(9.5);
    const promoted = await replay(policy(), 20, { releases: [release(began + 0.05, began + 3, 'promoted')] });
    // The same answers go on being wrong, which is another alarm.
    expect(promoted[2]?.said).toBe('performance tell');
  });

  it('starts nothing while a person has it paused', async () => {
    const paused = [
      { at: start + hour, paused: true },
      { at: start + 10 * hour, paused: false },
    ];
    const alarms = await replay(policy(), 11, { pauses: paused });
    expect(alarms.map(({ said }) => said)).toEqual(['performance tell', 'performance retrain']);
    expect(alarms[1]?.hour).toBeCloseTo(10, 0);
    expect(alarms[1]?.hour).toBeGreaterThanOrEqual(10);
  });
});
