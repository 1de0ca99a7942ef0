import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModel } from '../registry/example-model.testsuite.ts';
import { writeLabels } from '../registry/labels.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { windowSeries } from '../registry/window-series.ts';
import { sumWindows, type WindowRow, writeWindows } from '../registry/windows.ts';
import { predictionId } from '../serving/prediction-id.ts';
import { segmentKeyAt } from '../serving/segment-key.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type Logged, segmentOf } from '../../test/serving/segment-of.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { JudgedLabels } from './judged-labels.ts';
import { LabelWalk } from './label-walk.ts';
import { LogWalk } from './log-walk.ts';
import { NewestAnswers } from './newest-answers.ts';

let registry: Registry;
let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-backtest-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

const start = Date.parse('2026-01-01T00:00:00Z');
const second = 1000;

describe('windows in time', () => {
  const window = (model: string, at: number, changes: Partial<WindowRow> = {}): WindowRow => ({
    process: 'gateway-1',
    model,
    version: 1,
    revision: 1,
    role: 'champion',
    startedAt: new Date(start + at),
    lengthMs: 2000,
    requests: 10,
    callerFaults: 0,
    errors: 2,
    fallbacks: 0,
    rows: 8,
    errorsByKey: { keys: [], counts: [], others: 2 },
    latency: { zeros: 1, buckets: [-3, 4], counts: [7, 2] },
    score: [],
    features: [],
    cpuMicros: 0,
    scoredRows: 0,
    memoryBytes: 0,
    ...changes,
  });
  const series = (model: string, length: number, withLatency: boolean) =>
    windowSeries(registry, {
      model,
      versions: [1, 2],
      roles: ['champion', 'shadow'],
      sinceRevision: 1,
      from: start,
      to: start + 100 * second,
      length,
      withLatency,
    });

  it('add to what all windows together are, in stretches of any length', async () => {
    const { model } = await ExampleModel.apply(registry);
    const rows = Array.from({ length: 30 }, (_, i) =>
      window(model, 3 * i * second, { version: 1 + (i % 2), revision: 1 + (i % 3) }),
    );
    await writeWindows(registry, [...rows, window(model, 0, { role: 'outside' }), window(model, 200 * second)]);
    await sql`UPDATE windows SET written_at = '-infinity' WHERE model = ${model}`.execute(registry.db);
    const filter = { model, version: 1, until: new Date(start + 100 * second), roles: ['champion'] as const };
    const whole = await sumWindows(registry, filter);
    for (const length of [second, 7 * second, 1000 * second]) {
      const own = (await series(model, length, true)).filter(({ version }) => version === 1);
      expect(own.reduce((sum, { requests }) => sum + requests, 0)).toBe(whole.requests);
      expect(own.reduce((sum, { errors }) => sum + errors, 0)).toBe(whole.errors);
      expect(own.reduce((sum, { latency }) => sum + latency.zeros + latency.counts.reduce((a, b) => a + b, 0), 0)).toBe(
        whole.latency.zeros + whole.latency.counts.reduce((a, b) => a + b, 0),
      );
      expect(own.map(({ until }) => until)).toEqual(own.map(({ until }) => until).toSorted((a, b) => a - b));
    }
    expect((await series(model, second, false))[0]).toEqual({
      version: 1,
      role: 'champion',
      revision: 1,
      until: start + 2 * second,
      begunAt: start,
      requests: 10,
      errors: 2,
      latency: { zeros: 0, buckets: [], counts: [] },
    });
  });

  it('are seen when the registry got them', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [window(model, 0)]);
    await sql`UPDATE windows SET written_at = ${new Date(start + 42 * second)} WHERE model = ${model}`.execute(registry.db);
    expect((await series(model, second, false)).map(({ until }) => until - start)).toEqual([42 * second]);
  });
});

describe('the prediction log in time', () => {
  const row = (model: string, at: number, changes: Partial<Logged> = {}): Logged => ({
    id: predictionId(at),
    model,
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at,
    score: 0.5,
    prediction: '1',
    ...changes,
  });
  /** Segments of ten seconds of two gateways, a row a second each, every other one of a shadow. */
  async function logged(model: string): Promise<Logged[]> {
    const all: Logged[] = [];
    for (let begun = 0; begun < 60; begun += 10) {
      for (const gateway of ['a', 'b']) {
        const rows = Array.from({ length: 10 }, (_, i) =>
          row(model, start + (begun + i) * second + (gateway === 'a' ? 0 : 500), { role: i % 2 === 0 ? 'champion' : 'shadow' }),
        );
        all.push(...rows);
        await store.put(`${segmentKeyAt(model, start + begun * second)}-${gateway}-${begun}.parquet`, segmentOf(rows));
      }
    }
    return all;
  }

  it('is walked through once, each row no sooner than its segment was whole', async () => {
    const { model } = await ExampleModel.apply(registry);
    const all = await logged(model);
    const walk = await LogWalk.open(store, model, start + 5 * second, start + 55 * second, ['id']);
    const seen: string[] = [];
    for (let at = 0; at <= 70; at += 3) {
      const rows = await walk.upTo(start + at * second);
      for (const one of rows) expect(Math.floor((one.at - start) / 10_000) * 10 + 9).toBeLessThanOrEqual(at);
      seen.push(...rows.map(({ id }) => id));
    }
    const wanted = all.filter(({ at }) => at >= start + 5 * second && at <= start + 55 * second);
    expect(seen.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });

  it('gives at each moment the newest answers, as a monitor would have read them then', async () => {
    const { model } = await ExampleModel.apply(registry);
    const all = await logged(model);
    for (const step of [1, 7]) {
      const newest = await NewestAnswers.open(store, model, start, start + 60 * second, 12);
      for (let at = step; at < 60; at += step) {
        const now = start + at * second;
        const expected = all.filter((one) => one.role === 'champion' && one.at <= now).toSorted((a, b) => a.at - b.at);
        expect((await newest.at(now)).map(({ id }) => id)).toEqual(expected.slice(-12).map(({ id }) => id));
      }
    }
    // What came since the last call and is more than wanted is passed over.
    const late = await NewestAnswers.open(store, model, start, start + 60 * second, 12);
    expect(await late.at(start + 60 * second)).toHaveLength(12);
  });

  it('is joined with labels in the order of their arrival, however late they came', async () => {
    const { model } = await ExampleModel.apply(registry);
    const all = (await logged(model)).filter(({ role }) => role === 'champion');
    const late = all.toReversed().map(({ id }, i) => ({ predictionId: id, label: String(i), observedAt: null }));
    await writeLabels(registry, model, [...late, { predictionId: 'of nothing', label: '1', observedAt: null }]);
    await sql`UPDATE labels SET received_at = ${new Date(start)}::timestamptz + seq * interval '1 minute' WHERE model = ${model}`.execute(
      registry.db,
    );
    const labels = new JudgedLabels(store, model, new LabelWalk(registry, model, 0));
    const first = await labels.upTo(start + 10.5 * 60 * second);
    expect(first.judged.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(first.judged[0]?.answers.get(1)).toMatchObject({ id: late[0]?.predictionId, prediction: '1' });
    const rest = await labels.upTo(Infinity);
    expect(first.judged.length + rest.judged.length).toBe(late.length);
    expect(first.arrived.length + rest.arrived.length).toBe(late.length + 1);
    expect((await labels.upTo(Infinity)).arrived).toEqual([]);
  });
});
