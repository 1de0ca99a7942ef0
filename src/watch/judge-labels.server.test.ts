import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExampleModel } from '../registry/example-model.testsuite.ts';
import { labelSeqBefore } from '../registry/judged-labels.ts';
import { writeLabels } from '../registry/labels.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { predictionId } from '../serving/prediction-id.ts';
import { segmentKeyAt } from '../serving/segment-key.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { segmentOf } from '../../test/serving/segment-of.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { judgeLabels } from './judge-labels.ts';

const day = 24 * 3600 * 1000;

let registry: Registry;
let directory: string;
let store: ObjectStore;
let model: string;
let segments = 0;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-judge-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  ({ model } = await ExampleModel.apply(registry));
});

type Answer = readonly [id: string, version: number, prediction: string, role?: 'champion' | 'shadow'];

/** Ships a segment with these answers, made at `at`. */
async function ship(at: number, ...answers: Answer[]): Promise<void> {
  const rows = answers.map(([id, version, prediction, role = 'champion']) => ({
    id,
    model,
    version,
    revision: 1,
    role,
    key: null,
    at,
    score: Number(prediction),
    prediction,
  }));
  await store.put(`${segmentKeyAt(model, at)}-gateway-${segments++}.parquet`, segmentOf(rows));
}
const send = (...labels: (readonly [id: string, label: string])[]) =>
  writeLabels(
    registry,
    model,
    labels.map(([predictionId, label]) => ({ predictionId, label, observedAt: null })),
  );
const judge = (after = 0) => judgeLabels(model, { registry, store }, after);
/** What was said of each label's request, by version. */
const said = ({ judged }: Awaited<ReturnType<typeof judge>>) =>
  judged.map(({ label, answers }) => [label, ...[...answers].map(([version, { prediction }]) => `v${version}: ${prediction}`)]);

describe('labels', () => {
  it('meet what every version answered, in the order of their arrival, each once', async () => {
    const now = Date.now();
    const [old, fresh, other] = [predictionId(now - 20 * day), predictionId(now), predictionId(now)];
    await ship(now - 20 * day, [old, 1, '1'], [old, 2, '0', 'shadow']);
    await ship(now, [other, 2, '0'], [fresh, 2, '1']);
    await send([fresh, '1'], [old, '0']);
    const first = await judge();
    expect(said(first)).toEqual([
      ['1', 'v2: 1'],
      ['0', 'v1: 1', 'v2: 0'],
    ]);
    expect(first.judged[1]?.answers.get(2)?.role).toBe('shadow');
    expect(said(await judge(first.seq))).toEqual([]);
    await send([other, '1']);
    expect(said(await judge(first.seq))).toEqual([['1', 'v2: 0']]);
  });

  it('wait for a prediction that is on its way, and hold up those behind them', async () => {
    const now = Date.now();
    const [late, there] = [predictionId(now), predictionId(now)];
    await ship(now, [there, 1, '1']);
    await send([late, '0'], [there, '1']);
    const before = await judge();
    expect([said(before), before.seq]).toEqual([[], 0]);
    await ship(now, [late, 1, '0']);
    expect(said(await judge(before.seq))).toEqual([
      ['0', 'v1: 0'],
      ['1', 'v1: 1'],
    ]);
  });

  it('are passed over where no prediction shows up', async () => {
    const now = Date.now();
    const id = predictionId(now);
    await ship(now, [id, 1, '1']);
    await send(['nobody', '0'], [id, '1']);
    await sql`UPDATE labels SET received_at = received_at - interval '1 hour' WHERE model = ${model}`.execute(registry.db);
    const { judged, seq } = await judge();
    expect([judged.length, seq]).toEqual([1, 2]);
  });

  it("find predictions with ids of the caller's own", async () => {
    await ship(Date.now() - 3 * day, ['order-17', 1, '1']);
    await send(['order-17', '0']);
    expect(said(await judge())).toEqual([['0', 'v1: 1']]);
  });

  it('begin where a champion began to lead', async () => {
    await send(['a', '0'], ['b', '0']);
    expect(await labelSeqBefore(registry, model, new Date(Date.now() + day))).toBe(2);
    expect(await labelSeqBefore(registry, model, new Date(0))).toBe(0);
  });
});
