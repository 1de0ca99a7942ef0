import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { noErrors } from '../serving/errors-by-key.ts';
import { LatencySketch, slowerThan } from '../serving/latency-sketch.ts';
import { budgetCounts } from './budget-counts.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { writeJudgedLabels } from './judged-labels.ts';
import { openRegistry, type Registry } from './registry.ts';
import { releaseWork } from './release-work.ts';
import { closeRelease } from './releases.ts';
import { noUsage } from '../steps/step.ts';
import { beginStep, endStep, noteStep, type StepKey } from './steps.ts';
import { type WindowRow, writeWindows } from './windows.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const minute = 60_000;
const now = Date.parse('2026-03-01T00:00:00Z');
const latencies = [3, 20, 49, 51, 200, 4000];

function window(model: string, minutesAgo: number, changes: Partial<WindowRow> = {}): WindowRow {
  const sketch = new LatencySketch();
  for (const latency of latencies) sketch.add(latency);
  return {
    process: 'gateway-1',
    model,
    version: 1,
    revision: 1,
    role: 'champion',
    startedAt: new Date(now - minutesAgo * minute),
    lengthMs: 2000,
    requests: 100,
    callerFaults: 7,
    errors: 2,
    fallbacks: 1,
    rows: 98,
    errorsByKey: noErrors,
    latency: sketch.sums(),
    score: [],
    features: [],
    cpuMicros: 0,
    scoredRows: 0,
    memoryBytes: 0,
    ...changes,
  };
}

describe('what a budget counts', () => {
  it('are the requests that callers met, within each stretch of time', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [
      window(model, 1),
      window(model, 30, { errors: 5 }),
      window(model, 600),
      window(model, 1, { role: 'shadow', errors: 90 }),
      window(model, 1, { version: 2, errors: 90 }),
    ]);
    const counts = await budgetCounts(registry, { model, version: 1, counted: { of: 'errors' } }, now, [
      5 * minute,
      60 * minute,
      6000 * minute,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      [5 * minute]: { events: 100, bad: 2 },
      [60 * minute]: { events: 200, bad: 7 },
      [6000 * minute]: { events: 300, bad: 9 },
    });
  });

  it('are slow ones as the sketch has them', async () => {
    const { model } = await ExampleModel.apply(registry);
    const row = window(model, 1);
    await writeWindows(registry, [row]);
    for (const ms of [0.5, 20, 50, 199, 10_000, 1e9]) {
      const counts = await budgetCounts(registry, { model, version: 1, counted: { of: 'slow', slowerThan: ms } }, now, [
        10 * minute,
      ]);
      expect(counts.get(10 * minute)?.bad, `${ms} ms`).toBe(slowerThan(row.latency, ms));
    }
  });

  it('are labelled answers, a look that is repeated once', async () => {
    const { model } = await ExampleModel.apply(registry, 1);
    await writeJudgedLabels(registry, [{ model, version: 1, afterSeq: 0, labels: 10, bad: 2 }]);
    await writeJudgedLabels(registry, [{ model, version: 1, afterSeq: 0, labels: 40, bad: 9 }]);
    await writeJudgedLabels(registry, [{ model, version: 1, afterSeq: 40, labels: 5, bad: 1 }]);
    const counts = await budgetCounts(registry, { model, version: 1, counted: { of: 'labels' } }, Date.now(), [60 * minute]);
    expect(counts.get(60 * minute)).toEqual({ events: 45, bad: 10 });
    expect(await budgetCounts(registry, { model, version: 1, counted: { of: 'labels' } }, now, [])).toEqual(new Map());
  });
});

describe('what releases have taken', () => {
  it('is nothing before the first, and the time until its gates of one that has no steps on record', async () => {
    const example = await ExampleModel.apply(registry);
    expect(await releaseWork(registry, example.model)).toEqual({ thisWeek: 0, thisMonth: noUsage, next: noUsage });
    const { id } = await example.open();
    await closeRelease(registry, { id, outcome: 'rejected', version: null, because: 'a test', metrics: {} });
    const { thisWeek, thisMonth, next } = await releaseWork(registry, example.model);
    expect([thisWeek, next.wallMs >= 0, thisMonth]).toEqual([1, true, next]);
  });

  it('is what every attempt at every step used; one more may take what the newest that trained did', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const used = (wallMs: number) => ({ wallMs, cpuMs: 2 * wallMs, bytesRead: 5, bytesWritten: 7 });
    const attempt = async (key: StepKey, end: { state: 'done' | 'taken' | 'failed'; wallMs: number } | null) => {
      await beginStep(registry, { ...key, model, project: null, owner: 'ada', tags: {} });
      await noteStep(registry, key, used(3));
      if (end === null) return;
      const { state, wallMs } = end;
      const takenFrom = state === 'taken' ? key.release : null;
      const left = { inputs: {}, inputsDigest: null, output: null, objects: [], because: null, rows: 1 };
      await endStep(registry, key, { ...used(wallMs), ...left, state, takenFrom });
    };
    const { id: first } = await example.open();
    const key = { part: '', attempt: 1 };
    await attempt({ ...key, release: first, step: 'ingest' }, { state: 'done', wallMs: 100 });
    await attempt({ ...key, release: first, step: 'train' }, { state: 'failed', wallMs: 40 });
    await attempt({ ...key, release: first, step: 'train', attempt: 2 }, { state: 'done', wallMs: 1000 });
    const { id: second } = await example.open();
    await attempt({ ...key, release: second, step: 'train' }, { state: 'taken', wallMs: 1 });
    await attempt({ ...key, release: second, step: 'evaluate' }, null);
    const { thisWeek, thisMonth, next } = await releaseWork(registry, model);
    expect(thisWeek).toBe(2);
    expect(next).toEqual({ wallMs: 1140, cpuMs: 2280, bytesRead: 15, bytesWritten: 21 });
    expect(thisMonth).toEqual({ wallMs: 1144, cpuMs: 2288, bytesRead: 25, bytesWritten: 35 });
  });
});
