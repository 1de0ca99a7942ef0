import { parquetWriteBuffer } from 'hyparquet-writer';
import { sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Logged, segmentOf } from '../../test/serving/segment-of.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { moveChampion } from '../registry/champion.ts';
import { recordDataset } from '../registry/datasets.ts';
import { ExampleModel, exampleDataset, exampleSpec } from '../registry/example-model.testsuite.ts';
import { writeLabels } from '../registry/labels.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { writeRevision } from '../registry/traffic.ts';
import { registerVersion } from '../registry/versions.ts';
import { writeWindows } from '../registry/windows.ts';
import { noErrors } from '../serving/errors-by-key.ts';
import { LatencySketch } from '../serving/latency-sketch.ts';
import { predictionId } from '../serving/prediction-id.ts';
import { segmentKeyAt } from '../serving/segment-key.ts';
import { modelSpec, type ModelSpec } from '../spec/schema.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { Random } from '../training/random.ts';
import { simulateModel } from './simulate.ts';

let registry: Registry;
let directory: string;
let store: ObjectStore;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-simulate-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

const minute = 60_000;
const random = new Random(8);
const silent = { rollouts: 3, seed: 1, onProgress: () => undefined };

function specOf(model: string): ModelSpec {
  return modelSpec.parse({
    model,
    task: 'binary-classification',
    owner: 'ada',
    source: { files: 'data/*.csv' },
    contract: { label: 'class', features: { price: { type: 'number' }, region: { type: 'category' } } },
    monitor: { drift: { false_alarms: '1 in 1h' } },
  });
}

/** A dataset with the columns of the small model. */
async function acceptedRows(): Promise<string> {
  const prices = Array.from({ length: 600 }, () => random.next());
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'price', data: prices, type: 'DOUBLE' },
      { name: 'region', data: prices.map(() => (random.next() < 0.5 ? 'NSW' : 'VIC')), type: 'STRING' },
      { name: 'class', data: prices.map((price) => (price > 0.5 ? '1' : '0')), type: 'STRING' },
    ],
  });
  return store.put('datasets/accepted.parquet', new Uint8Array(buffer));
}

/** Half an hour of 2 requests a second by twenty callers, of which v2 was scored beside, and a label a minute later for half of them. */
async function serve(model: string, from: number): Promise<void> {
  const rows: Logged[] = [];
  const labels: { predictionId: string; label: string; observedAt: null }[] = [];
  for (let i = 0; i < 3600; i++) {
    const at = from + i * 500;
    const id = predictionId(at);
    const label = i % 2 === 0 ? '1' : '0';
    const said = (right: boolean) => (right ? label : label === '1' ? '0' : '1');
    const one = { id, model, revision: 1, at, key: i % 4 === 0 ? null : `caller-${i % 20}`, score: 0.5 };
    rows.push({ ...one, version: 1, role: 'champion', prediction: said(i % 10 > 1) });
    rows.push({ ...one, version: 2, role: 'shadow', prediction: said(i % 10 > 2) });
    if (i % 8 < 4) labels.push({ predictionId: id, label, observedAt: null });
  }
  await store.put(`${segmentKeyAt(model, from)}-gateway-1.parquet`, segmentOf(rows));
  await writeLabels(registry, model, labels);
  await sql`
    UPDATE labels SET received_at = to_timestamp((${from}::float8 + seq * 1000 + 60000) / 1000) WHERE model = ${model}`.execute(
    registry.db,
  );
  const sketch = new LatencySketch();
  for (let i = 0; i < 120; i++) sketch.add(10);
  await writeWindows(
    registry,
    Array.from({ length: 30 }, (_, i) => ({
      process: 'gateway-1',
      model,
      version: 1,
      revision: 1,
      role: 'champion' as const,
      startedAt: new Date(from + i * minute),
      lengthMs: minute,
      requests: 120,
      callerFaults: 0,
      errors: i % 3 === 0 ? 1 : 0,
      fallbacks: 0,
      rows: 120,
      errorsByKey: noErrors,
      latency: sketch.sums(),
      score: [],
      features: [],
      cpuMicros: 0,
      scoredRows: 0,
      memoryBytes: 0,
    })),
  );
}

it('simulates on what windows, log, labels and dataset tell of a model', async () => {
  const example = await ExampleModel.apply(registry);
  const { model } = example;
  const dataset = { ...exampleDataset(model.replaceAll(/[^0-9a-f]/g, '')), uri: await acceptedRows() };
  await recordDataset(registry, { model, dataset, specDigest: 'spec-1' });
  const releases = [];
  for (let i = 0; i < 2; i++) {
    const { id } = await example.open();
    const uri = await store.put(`artifacts/${i}.onnx`, smallModel());
    await registerVersion(registry, {
      ...example.evidence(id),
      uri,
      datasetDigest: dataset.digest,
      importances: { price: 0.8, region: 0.2 },
    });
    releases.push(id);
  }
  await moveChampion(registry, {
    model,
    version: 1,
    release: releases[0] ?? '',
    by: 'pawl',
    because: 'a test',
    operationId: '1',
  });
  await writeRevision(registry, example.revision(await example.epoch(), { challenger: 2 }));
  // From a full minute on, so that no window is of two hours.
  await serve(model, Math.ceil(Date.now() / minute + 1) * minute);

  const result = await simulateModel({ registry, store }, specOf(model), silent);
  const { profile } = result;
  expect(profile.assumed).toEqual([
    expect.stringMatching(/^2[23] hours of the day with as many requests as the others on average$/),
  ]);
  expect(profile.requestsPerSecond).toHaveLength(24);
  for (const rate of profile.requestsPerSecond) expect(rate).toBeCloseTo(2, 6);
  expect(profile.errorRate).toBeCloseTo(10.5 / 3601, 12);
  expect(profile.callers).toMatchObject({ count: 15, withoutKey: 0.25 });
  expect(profile.callers.exponent).toBeLessThan(0.1);
  expect(profile.latency.every(([ms]) => Math.abs(ms - 10) < 0.2)).toBe(true);
  expect(profile.labels.share).toBeCloseTo(0.5, 2);
  expect(profile.labels.delays.every((delay) => Math.abs(delay - minute) < 10_000)).toBe(true);
  const { answers } = profile;
  if (answers.task !== 'binary-classification') throw new Error('a classifier was asked');
  expect(answers.positives).toBeCloseTo(0.5, 2);
  expect((answers.accuracy.negative + answers.accuracy.positive) / 2).toBeCloseTo(0.8, 2);
  expect((answers.disagreement.negative + answers.disagreement.positive) / 2).toBeCloseTo(0.1, 2);
  expect(result.characteristics.map(({ rollouts }) => rollouts)).toEqual(new Array(6).fill(3));
  expect(result.drift?.delays.map(({ feature, shift }) => [feature, shift])).toEqual([
    ['price', 0.2],
    ['price', 0.5],
    ['price', 1],
  ]);
  expect(result.drift?.falseAlarms.policyRows).toBeGreaterThan(1000);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

it('says of a model without traffic that all of it was assumed', async () => {
  const { model } = await ExampleModel.apply(registry);
  const { profile, champion, drift, characteristics } = await simulateModel({ registry, store }, exampleSpec(model), {
    ...silent,
    rollouts: 2,
  });
  expect(champion).toBeNull();
  expect(profile.madeOf).toEqual([]);
  expect(profile.assumed).toContain('10 requests a second, day and night');
  expect(profile.assumed.at(-1)).toBe('for drift, rows that are independent of each other, numbers normal');
  expect(drift?.delays).toHaveLength(9);
  expect(characteristics[0]?.rolledBack).toBe(0);
});
