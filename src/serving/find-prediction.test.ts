import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentOf, type Logged } from '../../test/serving/segment-of.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { findPrediction } from './find-prediction.ts';
import { predictionId } from './prediction-id.ts';
import { segmentKey } from './segment-key.ts';

let root: string;
let store: ObjectStore;
let read: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-find-'));
  const real = folderStore(root);
  read = [];
  store = Object.assign(Object.create(real) as ObjectStore, {
    put: (key: string, body: Uint8Array) => real.put(key, body),
    list: (prefix: string, options?: { after?: string }) => real.list(prefix, options),
    get: (key: string) => {
      read.push(key);
      return real.get(key);
    },
  });
});
afterEach(() => rm(root, { recursive: true }));

const start = Date.UTC(2024, 0, 31, 23, 59);
const row = (id: string, at: number, more: Partial<Logged> = {}): Logged => ({
  id,
  model: 'm',
  version: 1,
  revision: 1,
  role: 'champion',
  key: null,
  at,
  score: 1,
  prediction: '1',
  ...more,
});
const ship = (begun: number, process: string, rows: Logged[]) =>
  store.put(segmentKey('m', `/spool/${String(begun).padStart(13, '0')}-${process}-0.rows`), segmentOf(rows));

/** Two gateways, a segment each every ten seconds for so many minutes, with a row a second each; answers their ids by time. */
async function traffic(minutes: number): Promise<string[]> {
  const ids: string[] = [];
  for (let segment = 0; segment < minutes * 6; segment++) {
    const begun = start + segment * 10_000;
    for (const process of ['g1-a', 'g2-b']) {
      const rows = Array.from({ length: 10 }, (_, second) => row(predictionId(begun + second * 1000), begun + second * 1000));
      ids.push(...rows.map(({ id }) => id));
      await ship(begun, process, rows);
    }
  }
  return ids;
}

describe('finding a prediction', () => {
  it('by an id of the gateway reads what was written about that time, not the whole log', async () => {
    const ids = await traffic(5);
    for (const id of [ids[0], ids[237], ids.at(-1)]) {
      read = [];
      expect(await findPrediction(store, 'm', id ?? '')).toMatchObject([{ id, version: 1 }]);
      expect(read.length).toBeLessThanOrEqual(8);
    }
    expect(await findPrediction(store, 'another', ids[0] ?? '')).toEqual([]);
  });

  it('gives the answers of all versions once each, also where a shadow answered into the next segment', async () => {
    await traffic(1);
    const at = start + 60_000;
    const id = predictionId(at);
    await ship(at - 100, 'g1-a', [row(id, at), row(id, at)]);
    await ship(at + 10_000, 'g1-a', [row(id, at, { version: 2, role: 'shadow', prediction: '0' })]);
    expect(await findPrediction(store, 'm', id)).toMatchObject([
      { version: 1, role: 'champion', prediction: '1' },
      { version: 2, role: 'shadow', prediction: '0' },
    ]);
  });

  it("by a caller's own id reads from the newest segment back, to the one that holds it and those beside it", async () => {
    await traffic(2);
    await ship(start + 100_000, 'g3-c', [row('order-17', start + 100_000), row('order-18', start + 100_000)]);
    await ship(start + 90_000, 'g3-c', [row('order-17', start + 99_999, { version: 3 })]);
    expect(await findPrediction(store, 'm', 'order-17')).toMatchObject([{ version: 3 }, { version: 1 }]);
    expect(read.length).toBeLessThan(10);
    expect(await findPrediction(store, 'm', 'order-1')).toEqual([]);
    expect(await findPrediction(store, 'm', 'order-17', { since: start + 800_000 })).toEqual([]);
  });

  it('finds an id that looks like one of the gateway but was made long before it was sent', async () => {
    await traffic(1);
    const id = predictionId(start - 3 * 86_400_000);
    await ship(start + 30_000, 'g1-a', [row(id, start + 30_000)]);
    expect(await findPrediction(store, 'm', id)).toMatchObject([{ id }]);
  });
});
