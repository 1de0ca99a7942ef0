import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModel } from '../src/registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { type WindowRow, writeWindows } from '../src/registry/windows.ts';
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
    const kept = settledCounts(registry, { model, version: 1, sinceRevision: 1 });
    for (let at = 0; at < 4 * minute; at += 20_000) {
      await writeWindows(registry, [window(model, at), window(model, at, { process: 'gateway-2', requests: 3 })]);
      const now = start + at + 1000;
      const anew = settledCounts(registry, { model, version: 1, sinceRevision: 1 });
      expect(await kept.at(now)).toEqual(await anew.at(now));
    }
    expect((await kept.at(start + 4 * minute)).requests).toBe(12 * 13);
  });

  it('takes up a window that a gateway kept to itself, within five minutes', async () => {
    const { model } = await ExampleModel.apply(registry);
    const kept = settledCounts(registry, { model, version: 1 });
    await writeWindows(registry, [window(model, 0)]);
    expect((await kept.at(start + 2 * minute)).requests).toBe(10);
    await writeWindows(registry, [window(model, 2000)]);
    expect((await kept.at(start + 3 * minute)).requests).toBe(10);
    expect((await kept.at(start + 7 * minute)).requests).toBe(20);
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
      window(model, 4000, {
        revision: 3,
        version: 2,
        role: 'challenger',
        errors: 3,
        errorsByKey: { keys: [201], counts: [2], others: 0 },
      }),
    ]);
    const filter = { model, champion: 1, challenger: 2, sinceRevision: 1, segmented: false };
    const errors = settledErrors(registry, filter, shares);
    const expected = [
      { share: 0.05, championErrors: 2, challengerErrors: 1 },
      { share: 0.25, championErrors: 0, challengerErrors: 2 },
    ];
    expect((await errors.at(start + 10_000)).segments).toEqual(expected);
    expect((await errors.at(start + 2 * minute)).segments).toEqual(expected);
  });

  it('goes by the share of requests where only some callers take part', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [
      window(model, 0, { revision: 2, requests: 90 }),
      window(model, 0, { revision: 2, version: 2, role: 'challenger', errors: 0, requests: 10 }),
    ]);
    const filter = { model, champion: 1, challenger: 2, sinceRevision: 1, segmented: true };
    const { segments } = await settledErrors(registry, filter, new Map([[2, 0.5]])).at(start + 10_000);
    expect(segments).toEqual([{ share: 0.1, championErrors: 2, challengerErrors: 0 }]);
  });
});
