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

it('knows what releases have taken, and how many began this week', async () => {
  const example = await ExampleModel.apply(registry);
  expect(await releaseWork(registry, example.model)).toEqual({ thisWeek: 0, thisMonth: 0, last: 0 });
  const { id } = await example.open();
  await closeRelease(registry, { id, outcome: 'rejected', version: null, because: 'a test', metrics: {} });
  const { thisWeek, thisMonth, last } = await releaseWork(registry, example.model);
  expect([thisWeek, last >= 0, thisMonth]).toEqual([1, true, last]);
});
