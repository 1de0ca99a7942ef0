import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetRef } from '../src/data/dataset.ts';
import { literal, withDuck } from '../src/data/duckdb.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { exampleDataset } from '../src/registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease, updateRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { getVersion } from '../src/registry/versions.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { networkFeatures, networkOnnx } from '../test/training/network-onnx.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { createEvaluateActivities } from './evaluate.ts';
import { createRegisterActivities } from './register.ts';
import { createTrainActivities } from './train.ts';

const rows = 1500;
const model = 'network';
let folder: string;
let registry: Registry;
let store: ObjectStore;
let dataset: DatasetRef;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-optimize-'));
  registry = openRegistry(await createDatabase());
  store = folderStore(join(folder, 'store'));
  await writeFile(join(folder, 'team.onnx'), networkOnnx(256));
  const file = join(folder, 'rows.parquet');
  const random = (salt: number) => `(hash(i * 31 + ${salt}) % 100000) / 25000.0 - 2`;
  const columns = networkFeatures.map((name, at) => `${random(at)} AS ${name}`).join(', ');
  const labelled = `SELECT ${columns}, CASE WHEN hash(i * 7 + 99) % 2 = 0 THEN 'yes' ELSE 'no' END AS answer FROM range(${rows}) t(i)`;
  await withDuck(undefined, (duck) => duck.run(`COPY (${labelled}) TO ${literal(file)} (FORMAT parquet)`));
  const uri = await store.put('datasets/rows.parquet', await readFile(file));
  dataset = { ...exampleDataset(), digest: `sha256:${randomUUID()}`, uri, rows, oldest: null, newest: null };
}, 60_000);
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);

/** Imports the network, evaluates and registers it, with the gates given. */
async function released(gates: object[]) {
  const digest = `spec-${randomUUID()}`;
  const spec = modelSpec.parse({
    model,
    task: 'binary-classification',
    owner: 'tests',
    source: { files: '*.parquet' },
    contract: { label: 'answer', features: Object.fromEntries(networkFeatures.map((name) => [name, { type: 'number' }])) },
    training: { trainer: 'import', import: { onnx: 'team.onnx' }, optimize: ['graph', 'int8'] },
    evaluation: { gates },
  });
  await applySpec(registry, { spec, digest, source: '', baseDirectory: folder, by: 'ada' });
  await recordDataset(registry, { model, dataset, specDigest: digest });
  const dependencies: Dependencies = { registry, store, clock: wallClock, logger: pino({ level: 'silent' }), lookEvery: 1000 };
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id: release } = await openRelease(registry, { model, runId: randomUUID(), specDigest: digest, trigger });
  await updateRelease(registry, release, { datasetDigest: dataset.digest });
  const about = { release, model, dataset };
  const candidate = await run(() => createTrainActivities(dependencies).train({ ...about, shuffleLabels: false }));
  const evaluation: Evaluation = await run(() => createEvaluateActivities(dependencies).evaluate({ ...about, candidate }));
  const register = () => run(() => createRegisterActivities(dependencies).register({ ...about, candidate, evaluation }));
  return { candidate, evaluation, register };
}

describe('a model that is optimised after its gates', () => {
  it('ships in integers where every gate still holds, and serving says of each row what was evaluated', async () => {
    const { candidate, evaluation, register } = await released([{ auc: { at_least: 0.01 } }]);
    const int8 = evaluation.optimized?.find(({ step }) => step === 'int8');
    expect(int8?.because).toMatch(/^int8 kept: \d+(\.\d)? kB to \d+(\.\d)? kB, a row in .* ms; every gate holds$/);
    expect(evaluation.because).toContain('int8 kept');
    expect(evaluation.artifact?.digest).not.toBe(candidate.digest);
    expect(evaluation.bytes).toBeLessThan(0.4 * (await store.get(candidate.uri)).length);

    const registered = await register();
    expect(registered.largestDifference).toBeLessThan(1e-6);
    expect(await getVersion(registry, model, registered.version)).toMatchObject({
      digest: evaluation.artifact?.digest,
      uri: evaluation.artifact?.uri,
    });
  }, 60_000);

  it('stays as it was where it does not pass its gates', async () => {
    const { evaluation } = await released([{ auc: { at_least: 0.999 } }]);
    expect(evaluation).toMatchObject({ passed: false });
    expect(evaluation.optimized).toBeUndefined();
    expect(evaluation.artifact).toBeUndefined();
  }, 60_000);
});
