import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { budgetCounts } from '../src/registry/budget-counts.ts';
import { getChampion, moveChampion } from '../src/registry/champion.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { ExampleModel, exampleSpec } from '../src/registry/example-model.testsuite.ts';
import { writeLabels } from '../src/registry/labels.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { getVersion } from '../src/registry/versions.ts';
import { predictionId } from '../src/serving/prediction-id.ts';
import { segmentKeyAt } from '../src/serving/segment-key.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { segmentOf } from '../test/serving/segment-of.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import type { MonitorMemory } from '../src/monitoring/memory.ts';
import { observeLabels } from './observe-labels.ts';

let registry: Registry;
let directory: string;
let store: ObjectStore;
let example: ExampleModel;
let segments = 0;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-observe-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  example = await ExampleModel.apply(registry);
});

async function lead(version: number, release: string | null): Promise<void> {
  const { model } = example;
  await moveChampion(registry, { model, version, release, by: 'pawl', because: 'a test', operationId: `${version}/${release}` });
}

/** Requests that versions answered: which are right by the label that comes with them. */
async function answered(count: number, answers: readonly { version: number; role: 'champion' | 'shadow'; right: boolean }[]) {
  const { model } = example;
  const at = Date.now();
  const ids = Array.from({ length: count }, () => predictionId(at));
  const rows = ids.flatMap((id) =>
    answers.map(({ version, role, right }) => {
      const prediction = right ? '1' : '0';
      return { id, model, version, revision: 1, role, key: null, at, score: Number(right), prediction };
    }),
  );
  await store.put(`${segmentKeyAt(model, at)}-gateway-${segments++}.parquet`, segmentOf(rows));
  return writeLabels(
    registry,
    model,
    ids.map((predictionId) => ({ predictionId, label: '1', observedAt: null })),
  );
}

async function look(before: MonitorMemory | null) {
  const leading = await getChampion(registry, example.model);
  if (leading === null) throw new Error('no champion');
  const version = await getVersion(registry, example.model, leading.version);
  const spec = exampleSpec(example.model);
  return observeLabels({ registry, store }, { spec, version, leading, before, heldOut: null, at: Date.now() });
}
const counted = async (version: number) =>
  (await budgetCounts(registry, { model: example.model, version, counted: { of: 'labels' } }, Date.now(), [60_000])).get(60_000);

it('counts each label once, of the answers that callers got, and carries on from look to look', async () => {
  const { release } = await example.register();
  await lead(1, release);
  await answered(30, [{ version: 1, role: 'champion', right: true }]);
  const first = await look(null);
  expect(first.memory).toMatchObject({ champion: 1, labelSeq: 30, loss: { labels: 30 }, truth: null });
  await answered(10, [{ version: 1, role: 'champion', right: false }]);
  await answered(7, [{ version: 1, role: 'shadow', right: false }]);
  const second = await look(first.memory);
  expect(second.memory).toMatchObject({ labelSeq: 47, loss: { labels: 40 } });
  // The same look again, as a retried activity has it.
  expect((await look(first.memory)).memory).toEqual(second.memory);
  expect(await counted(1)).toEqual({ events: 40, bad: 10 });
  expect([second.performance, second.truth]).toEqual([null, null]);
});

it('finds a champion that is wrong far more often than at its release', async () => {
  const { release } = await example.register();
  await lead(1, release);
  const first = await look(null);
  await answered(600, [{ version: 1, role: 'champion', right: false }]);
  const { performance } = await look(first.memory);
  expect(performance?.because).toMatch(/^100 % of the last 600 labelled answers were wrong, where 21 % were at release/);
});

it('reopens a promotion for labels that come after it, and not a revert', async () => {
  const [first, second] = [await example.register(), await example.register()];
  await lead(1, first.release);
  const before = await look(null);
  await lead(2, second.release);
  await recordDecision(registry, {
    key: `${second.release}/gates`,
    model: example.model,
    release: second.release,
    workflow: 'release',
    stage: 'evaluate',
    action: 'pass',
    because: 'a test',
    evidence: { metrics: { accuracy: 0.82 }, championMetrics: { accuracy: 0.79 }, rows: 336 },
  });
  await answered(200, [
    { version: 1, role: 'shadow', right: true },
    { version: 2, role: 'champion', right: false },
  ]);
  const { memory, truth } = await look(before.memory);
  expect(memory).toMatchObject({ champion: 2, truth: { promoted: 2, former: 1, pairs: 200 } });
  expect(truth?.because).toContain(
    'v2 was promoted with an accuracy of 82 % against 79 % of v1 on 336 held-out rows; of 200 labels that came since, ' +
      'on requests that both scored, v2 had 0 % right and v1 100 %, 100 points more',
  );
  await lead(1, null);
  expect((await look(memory)).memory).toMatchObject({ champion: 1, labelSeq: 200, truth: null });
});
