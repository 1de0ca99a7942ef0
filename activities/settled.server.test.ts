import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModel } from '../src/registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { sumWindows, type WindowRow, writeWindows } from '../src/registry/windows.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { settledCounts, settledErrors } from './settled.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;

const window = (model: string, at: number, changes: Partial<WindowRow> = {}): WindowRow => ({
  process: 'gateway-1',
  model,
  version: 1,
  revision: 1,
  role: 'champion',
  startedAt: new Date(start + at),
  lengthMs: 1000,
  requests: 10,
  callerFaults: 0,
  errors: 2,
  fallbacks: 0,
  rows: 8,
  errorsByKey: { keys: [17, 99], counts: [1, 1], others: 0 },
  latency: { zeros: 1, buckets: [-3, 4], counts: [7, 2] },
  score: [],
  features: [],
  cpuMicros: 0,
  scoredRows: 0,
  memoryBytes: 0,
  ...changes,
});

describe('what has settled', () => {
  it('comes to the same at each look as reading everything anew, while windows keep coming', async () => {
    const { model } = await ExampleModel.apply(registry);
    let now = 0;
    const kept = settledCounts(registry, { model, version: 1, sinceRevision: 1 }, { monotonic: () => now, settlesAfter: 0 });
    for (; now < 4 * minute; now += 20_000) {
      await writeWindows(registry, [window(model, now), window(model, now, { process: 'gateway-2', requests: 3 })]);
      const { requests, errors, latency } = await sumWindows(registry, { model });
      expect(await kept.sum()).toEqual({ requests, errors, latency });
    }
    expect((await kept.sum()).requests).toBe(12 * 13);
  });

  it('takes up a window that a gateway kept to itself for an hour as soon as it comes, and once', async () => {
    const { model } = await ExampleModel.apply(registry);
    let now = 0;
    const kept = settledCounts(registry, { model, version: 1, sinceRevision: 1 }, { monotonic: () => now, settlesAfter: 0 });
    await writeWindows(registry, [window(model, 60 * minute)]);
    expect((await kept.sum()).requests).toBe(10);
    await writeWindows(registry, [window(model, 2000)]);
    for (; now < 4 * minute; now += minute) expect((await kept.sum()).requests).toBe(20);
  });

  it('is gone on from by the next guard, which does not add it up again', async () => {
    const { model } = await ExampleModel.apply(registry);
    const times = { monotonic: () => 0, settlesAfter: 0 };
    const next = () => settledCounts(registry, { model, version: 1, sinceRevision: 1 }, times);
    await writeWindows(registry, [window(model, 0), window(model, 2000)]);
    expect((await next().sum()).requests).toBe(20);
    // What has settled is not read again: nobody would notice if it were gone.
    await sql`DELETE FROM windows WHERE model = ${model}`.execute(registry.db);
    await writeWindows(registry, [window(model, 4000)]);
    const sum = await next().sum();
    expect(sum.requests).toBe(30);
    expect(sum.latency).toEqual({ zeros: 3, buckets: [-3, 4], counts: [21, 6] });
  });

  it('counts windows of before it was known when they came', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [window(model, 0)]);
    await sql`UPDATE windows SET written_at = '-infinity' WHERE model = ${model}`.execute(registry.db);
    const counts = settledCounts(registry, { model, version: 1, sinceRevision: 1 });
    expect((await counts.sum()).requests).toBe(10);
    expect((await counts.sum()).requests).toBe(10);
  });

  it('counts the errors of callers once, at the share of their revision, and none where one side answers all', async () => {
    const { model } = await ExampleModel.apply(registry);
    const shares = new Map([
      [1, 0],
      [2, 0.05],
      [3, 0.25],
    ]);
    await writeWindows(registry, [
      window(model, 0),
      window(model, 1000, { revision: 2 }),
      window(model, 2000, {
        revision: 2,
        version: 2,
        role: 'challenger',
        errorsByKey: { keys: [99, 200], counts: [1, 1], others: 0 },
      }),
      window(model, 3000, { revision: 2, version: 2, role: 'shadow' }),
      // Of callers who take no part.
      window(model, 3000, { revision: 2, role: 'outside', errorsByKey: { keys: [7], counts: [2], others: 0 } }),
      window(model, 4000, {
        revision: 3,
        version: 2,
        role: 'challenger',
        errors: 4,
        errorsByKey: { keys: [201, 2 ** 47], counts: [2, 1], others: 0 },
      }),
    ]);
    const filter = { model, champion: 1, challenger: 2, sinceRevision: 1 };
    const errors = settledErrors(registry, filter, shares);
    const expected = [
      { share: 0.05, championErrors: 2, challengerErrors: 1 },
      // Two callers, and a request without a key.
      { share: 0.25, championErrors: 0, challengerErrors: 3 },
    ];
    expect((await errors.sum()).segments).toEqual(expected);
    // All of it has settled, and so has where it was left off.
    await sql`UPDATE windows SET written_at = written_at - interval '2 minutes' WHERE model = ${model}`.execute(registry.db);
    for (let guard = 0; guard < 2; guard++) {
      const later = settledErrors(registry, { ...filter, sinceRevision: 0 }, shares);
      for (let look = 0; look < 2; look++) expect((await later.sum()).segments).toEqual(expected);
    }
  });
});
