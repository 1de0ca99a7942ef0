import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExampleModel } from '../src/registry/example-model.testsuite.ts';
import { labelCounts, labelsSince, readLabels, writeLabels } from '../src/registry/labels.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { segmentKeyAt } from '../src/serving/segment-key.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { segmentOf } from '../test/serving/segment-of.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { matchLabelsOf } from './match-labels.ts';

const day = 24 * 3600 * 1000;

let registry: Registry;
let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-labels-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

let model: string;
let segments = 0;
beforeEach(async () => {
  ({ model } = await ExampleModel.apply(registry));
});

/** Ships a segment with these predictions, made at `at`. */
async function ship(at: number, ...ids: string[]): Promise<void> {
  const rows = ids.map((id) => ({
    id,
    model,
    version: 1,
    revision: 1,
    role: 'champion' as const,
    key: null,
    at,
    score: 1,
    prediction: '1',
  }));
  await store.put(`${segmentKeyAt(model, at)}-gateway-${segments++}.parquet`, segmentOf(rows));
}

const send = (...ids: string[]) =>
  writeLabels(
    registry,
    model,
    ids.map((predictionId) => ({ predictionId, label: '1', observedAt: null })),
  );

/** Without a grace: what was not found is judged at once. */
const look = (options: Partial<Parameters<typeof matchLabelsOf>[1]> = {}) =>
  matchLabelsOf(model, { registry, store, logger: pino({ level: 'silent' }), graceMs: 0, ...options });
const unknown = async () => (await labelCounts(registry)).find((counts) => counts.model === model)?.unknown;

describe('labels whose prediction was never logged', () => {
  it('are told from those that came before their prediction, or long after it', async () => {
    await ship(Date.now() - 100 * day, 'old');
    await ship(Date.now() - 3 * day, 'a', 'b');
    await ship(Date.now(), 'fresh');
    await send('old', 'a', 'fresh', 'wrong', 'early');
    await ship(Date.now(), 'early');
    await look();
    expect(await unknown()).toBe(1);
    expect((await readLabels(registry, model, ['wrong', 'old'])).size).toBe(2);
  });

  it('are not judged before their prediction can be there', async () => {
    await send('early', 'wrong');
    await look({ graceMs: 60_000 });
    expect(await unknown()).toBe(0);
    await ship(Date.now(), 'early');
    await look({ graceMs: 60_000 });
    await look();
    expect(await unknown()).toBe(1);
  });

  it('leave the count when a gateway that was away ships their prediction after all', async () => {
    await ship(Date.now() - day, 'other');
    await send('late');
    await look();
    expect(await unknown()).toBe(1);
    await ship(Date.now() - 2 * day, 'late');
    await look();
    expect(await unknown()).toBe(1);
    await look({ againMs: 0 });
    expect(await unknown()).toBe(0);
  });

  it('are kept for a while, and then forgotten; labels whose prediction is there stay', async () => {
    await ship(Date.now(), 'a');
    await send('a', 'wrong');
    await look();
    expect(await readLabels(registry, model, ['a', 'wrong'])).toEqual(
      new Map([
        ['a', '1'],
        ['wrong', '1'],
      ]),
    );
    await look({ keptMs: 0 });
    expect(await unknown()).toBe(0);
    expect(await readLabels(registry, model, ['a', 'wrong'])).toEqual(new Map([['a', '1']]));
    // The order of arrival goes on behind them.
    await send('b');
    expect(await labelsSince(registry, model, 0, 10)).toMatchObject([{ seq: 1 }, { seq: 3, predictionId: 'b' }]);
  });
});

describe('the search for predictions', () => {
  it('goes on where the call before stopped, down to the oldest segment', async () => {
    for (let back = 1; back <= 40; back++) await ship(Date.now() - back * day, `p${back}`);
    await send('p1', 'p20', 'p40', 'wrong');
    let calls = 0;
    while ((await unknown()) === 0) {
      await look({ budgetMs: 0 });
      if (++calls > 100) throw new Error('The round does not end.');
    }
    expect(calls).toBeGreaterThan(3);
    expect(await unknown()).toBe(1);
  });

  it('reads nothing of the log while no label waits', async () => {
    await ship(Date.now(), 'a');
    await send('a');
    await look();
    const silent = { list: () => Promise.reject(new Error('listed')), get: () => Promise.reject(new Error('read')) };
    await look({ store: { ...store, ...silent } as unknown as ObjectStore });
  });

  it('passes over a segment that cannot be read', async () => {
    await store.put(`${segmentKeyAt(model, Date.now() - day)}-gateway-0.parquet`, new Uint8Array([1, 2, 3]));
    await ship(Date.now() - 2 * day, 'a');
    await send('a');
    await look();
    expect(await unknown()).toBe(0);
  });
});
