import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetRef } from '../src/data/dataset.ts';
import { literal, withDuck } from '../src/data/duckdb.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { exampleDataset } from '../src/registry/example-model.testsuite.ts';
import { recordImport } from '../src/registry/imports.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease, updateRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { getVersion } from '../src/registry/versions.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { linearOnnx } from '../test/training/linear-onnx.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { fetchImport, importOfSpec } from './import-model.ts';
import { createEvaluateActivities } from './evaluate.ts';
import { createRegisterActivities } from './register.ts';
import { type Candidate, createTrainActivities } from './train.ts';

const model = 'houses';
const spec = modelSpec.parse({
  model,
  task: 'regression',
  owner: 'tests',
  source: { files: '*.parquet' },
  contract: { label: 'price', features: { size: { type: 'number' }, age: { type: 'number' } } },
  training: { trainer: 'import', import: { onnx: 'team.onnx' } },
  evaluation: { gates: [{ mae: { at_most: 5 } }] },
});

let folder: string;
let registry: Registry;
let store: ObjectStore;
let dataset: DatasetRef;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-import-'));
  registry = openRegistry(await createDatabase());
  store = folderStore(join(folder, 'store'));
  await applySpec(registry, { spec, digest: 'spec-1', source: '', baseDirectory: folder, by: 'ada' });
  const file = join(folder, 'rows.parquet');
  const rows = 'SELECT (i % 97)::DOUBLE AS size, (i % 31)::DOUBLE AS age FROM range(1000) t(i)';
  await withDuck(undefined, (duck) =>
    duck.run(`COPY (SELECT *, 3 * size - age + 10 AS price FROM (${rows})) TO ${literal(file)} (FORMAT parquet)`),
  );
  const uri = await store.put('datasets/rows.parquet', await readFile(file));
  dataset = { ...exampleDataset(), digest: `sha256:${randomUUID()}`, uri, rows: 1000, oldest: null, newest: null };
  await recordDataset(registry, { model, dataset, specDigest: 'spec-1' });
});
afterAll(async () => {
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
const dependencies = (): Dependencies => ({
  registry,
  store,
  clock: wallClock,
  logger: pino({ level: 'silent' }),
  lookEvery: 1000,
});

async function opened(): Promise<{ id: string; triggerId: string }> {
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id } = await openRelease(registry, { model, runId: randomUUID(), specDigest: 'spec-1', trigger });
  await updateRelease(registry, id, { datasetDigest: dataset.digest });
  return { id, triggerId: trigger.id };
}

const taken = (release: string, shuffleLabels = false): Promise<Candidate> =>
  run(() => createTrainActivities(dependencies()).train({ release, model, dataset, shuffleLabels }));

describe('a release that imports', () => {
  it('takes the file that pawl.yaml names through the same gates, and keeps where it is from', async () => {
    const onnx = linearOnnx([3, -1], 10);
    await writeFile(join(folder, 'team.onnx'), onnx);
    const { id: release } = await opened();
    const candidate = await taken(release);
    const digest = `sha256:${createHash('sha256').update(onnx).digest('hex')}`;
    expect(candidate).toMatchObject({
      trainer: 'import',
      trainedRows: 0,
      params: { file: 'team.onnx', digest },
      code: { digest },
    });

    const about = { release, model, dataset, candidate };
    const evaluation: Evaluation = await run(() => createEvaluateActivities(dependencies()).evaluate(about));
    expect(evaluation).toMatchObject({ passed: true, rows: 200 });
    expect(evaluation.metrics['mae']).toBeLessThan(1e-4);
    const registered = await run(() => createRegisterActivities(dependencies()).register({ ...about, evaluation }));
    expect(registered.version).toBe(1);
    expect(await getVersion(registry, model, 1)).toMatchObject({ trainer: 'import', params: { file: 'team.onnx', digest } });
  });

  it('says so where that is the champion already', async () => {
    await moveChampion(registry, { model, version: 1, release: null, by: 'ada', operationId: randomUUID(), because: 'a test' });
    const { id } = await opened();
    await expect(taken(id)).rejects.toMatchObject({
      code: 'PAWL_IMPORT_UNCHANGED',
      message: 'team.onnx is what v1, the champion, was made of: there is nothing to release.',
    });
  });

  it('takes what a person brings for it instead, and refuses it at the gates where it is bad', async () => {
    const { id: release, triggerId } = await opened();
    const object = await store.put('imports/other.onnx', linearOnnx([0, 0], 7));
    await recordImport(registry, { triggerId, model, source: { object, file: 'other.onnx' }, by: 'ada' });
    const candidate = await taken(release);
    expect(candidate.params).toMatchObject({ file: 'other.onnx' });
    const evaluation: Evaluation = await run(() =>
      createEvaluateActivities(dependencies()).evaluate({ release, model, dataset, candidate }),
    );
    expect(evaluation.passed).toBe(false);
  });

  it('holds it to golden rows before the gates, those of pawl.yaml or of a person, and keeps how near it came', async () => {
    const { id: release, triggerId } = await opened();
    const source = { object: await store.put('imports/near.onnx', linearOnnx([3, -1], 10.5)), file: 'near.onnx' };
    const rows = [
      { size: 4, age: 2 },
      { size: 30, age: 8 },
    ];
    const handIn = async (scores: readonly number[]) => ({
      object: await store.put(`imports/${randomUUID()}.json`, Buffer.from(JSON.stringify({ rows, scores }))),
      file: 'golden.json',
    });
    await recordImport(registry, { triggerId, model, source: { ...source, golden: await handIn([20.5, 92.5]) }, by: 'ada' });
    const candidate = await taken(release);
    expect(candidate.params).toMatchObject({
      file: 'near.onnx',
      golden: { file: 'golden.json', rows: 2, greatest_difference: 0 },
    });
    expect(candidate.notes?.at(-1)).toBe('It scored 2 golden rows of golden.json as its makers did, to the digit.');

    const off = await opened();
    const wrong = { ...source, golden: await handIn([20.5, 92.6]) };
    await recordImport(registry, { triggerId: off.triggerId, model, source: wrong, by: 'ada' });
    await expect(taken(off.id)).rejects.toMatchObject({
      code: 'PAWL_IMPORT_REFUSED',
      message: 'The golden rows of golden.json score otherwise.',
      problems: [{ subject: 'rows.1' }],
    });
  });

  it('holds it to the golden rows that pawl.yaml names', async () => {
    const named = modelSpec.parse({
      ...{ model, task: 'regression', owner: 'tests', source: { files: '*.parquet' } },
      contract: { label: 'price', features: { size: { type: 'number' }, age: { type: 'number' } } },
      training: { trainer: 'import', import: { onnx: 'other.onnx', golden: 'golden.json' } },
    });
    const around = { store, mlflow: null, baseDirectory: folder, signal: new AbortController().signal };
    await writeFile(join(folder, 'other.onnx'), linearOnnx([3, -1], 10));
    const source = importOfSpec(named);
    expect(source).toEqual({ onnx: 'other.onnx', golden: 'golden.json' });
    if (source === null) return;
    await expect(fetchImport(source, around)).rejects.toMatchObject({ code: 'PAWL_IMPORT_NOT_FOUND' });
    await writeFile(join(folder, 'golden.json'), '{ "rows": [{ "size": 1, "age": 1 }], "scores": [12] }');
    expect((await fetchImport(source, around)).golden).toEqual({
      file: 'golden.json',
      rows: [{ size: 1, age: 1 }],
      scores: [12],
    });
    await writeFile(join(folder, 'golden.json'), '{ "rows": [3], "scores": [12] }');
    await expect(fetchImport(source, around)).rejects.toMatchObject({ code: 'PAWL_IMPORT_REFUSED' });
  });

  it.each([
    ['that is not there', null, 'PAWL_IMPORT_NOT_FOUND'],
    ['that is no model', Buffer.from('garbage, not a graph'), 'PAWL_IMPORT_REFUSED'],
    ['that takes other rows', linearOnnx([1, 2, 3], 0), 'PAWL_IMPORT_REFUSED'],
    ['whose scores are no numbers', linearOnnx([NaN, 1], 0), 'PAWL_IMPORT_REFUSED'],
  ])('fails with a code for a file %s', async (_, bytes, code) => {
    await (bytes === null ? rm(join(folder, 'team.onnx')) : writeFile(join(folder, 'team.onnx'), bytes));
    const { id } = await opened();
    await expect(taken(id)).rejects.toMatchObject({ code });
  });

  it('has no labels to shuffle', async () => {
    const { id } = await opened();
    await expect(taken(id, true)).rejects.toMatchObject({ code: 'PAWL_TRAINING_IMPOSSIBLE' });
  });
});
