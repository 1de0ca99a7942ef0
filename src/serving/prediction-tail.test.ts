import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { segmentOf, type Logged } from '../../test/serving/segment-of.ts';
import { FeatureLog } from './feature-log.ts';
import { newestPredictions, PredictionTail } from './prediction-tail.ts';
import { segmentKey } from './segment-key.ts';

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-tail-'));
  store = folderStore(root);
});
afterEach(() => rm(root, { recursive: true }));

const start = Date.UTC(2024, 0, 31, 23, 59);
const day = 86_400_000;
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
const ids = (rows: readonly { id: string }[]) => rows.map((one) => one.id);

describe('following the prediction log', () => {
  it('gives each segment once, from the moment asked for, across midnight', async () => {
    await ship(start - 1000, 'g1', [row('before', start - 500), row('a', start)]);
    const tail = new PredictionTail(store, 'm', start);
    expect(ids(await tail.poll())).toEqual(['a']);
    expect(await tail.poll()).toEqual([]);
    await ship(start + 120_000, 'g1', [row('b', start + 120_000)]);
    expect(ids(await tail.poll())).toEqual(['b']);
  });

  it('finds the segments that a gateway ships late, behind those of the others', async () => {
    const tail = new PredictionTail(store, 'm', start);
    await ship(start + 600_000, 'g1', [row('a', start + 600_000)]);
    expect(ids(await tail.poll())).toEqual(['a']);
    await ship(start + 1000, 'g2', [row('late', start + 1000)]);
    const found: string[] = [];
    for (let poll = 0; poll < 31; poll++) found.push(...ids(await tail.poll()));
    expect(found).toEqual(['late']);
  });

  it('gives nothing of a model that was never asked, nor of one whose name begins alike', async () => {
    await store.put('predictions/mm/2024-01-31/1706745540000-g1-0.parquet', segmentOf([row('x', start, { model: 'mm' })]));
    expect(await new PredictionTail(store, 'm', 0).poll()).toEqual([]);
    expect(await newestPredictions(store, 'm', 10)).toEqual([]);
  });
});

describe('reading some columns only', () => {
  const features = FeatureLog.of({ features: [{ name: 'income', type: 'number' }] }, {});

  it('gives those and no features', async () => {
    await ship(start, 'g1', [row('a', start, { features, row: [3] })]);
    const tail = new PredictionTail(store, 'm', start, ['id', 'version', 'score']);
    expect(await tail.poll()).toEqual([{ id: 'a', version: 1, score: 1, at: start }]);
    expect(await new PredictionTail(store, 'm', start).poll()).toMatchObject([{ id: 'a', row: { income: 3 } }]);
  });
});

describe('the newest predictions', () => {
  it('are the last ones, oldest first, over all gateways', async () => {
    await ship(start, 'g1', [row('a', start), row('c', start + 200)]);
    await ship(start + 50, 'g2', [row('b', start + 100), row('d', start + 300)]);
    expect(ids(await newestPredictions(store, 'm', 3, undefined, start + 1000))).toEqual(['b', 'c', 'd']);
    expect(ids(await newestPredictions(store, 'm', 100, undefined, start + 1000))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are found also when the model was last asked long ago', async () => {
    for (let back = 0; back < 30; back++) await ship(start - back * 3 * day, 'g1', [row(`${back}`, start - back * 3 * day)]);
    expect(ids(await newestPredictions(store, 'm', 2, undefined, start + 400 * day))).toEqual(['1', '0']);
    expect(await newestPredictions(store, 'm', 25, undefined, start + 400 * day)).toHaveLength(25);
  });

  it('come with their features, from the end of a large segment', async () => {
    const features = FeatureLog.of({ features: [{ name: 'n', type: 'number' }] }, {});
    const rows = Array.from({ length: 40_000 }, (_, n) =>
      row(`${n}`, start + n, { features, row: [n], role: n % 10 === 0 ? 'champion' : 'shadow' }),
    );
    await ship(start, 'g1', rows);
    const found = await newestPredictions(store, 'm', 3000, ({ role }) => role === 'champion', start + 50_000);
    expect(ids(found)).toEqual(Array.from({ length: 3000 }, (_, n) => `${10_000 + 10 * n}`));
    expect(found.map((one) => one.row['n'])).toEqual(found.map((one) => Number(one.id)));
  });

  it('count only those that pass the filter, each id and version once', async () => {
    await ship(start, 'g1', [
      row('a', start),
      row('a', start + 1),
      row('a', start + 2, { version: 2, role: 'shadow' }),
      row('b', start + 3),
    ]);
    expect(ids(await newestPredictions(store, 'm', 10, (one) => one.role !== 'shadow', start + 1000))).toEqual(['a', 'b']);
    expect(await newestPredictions(store, 'm', 10, undefined, start + 1000)).toHaveLength(3);
  });
});
