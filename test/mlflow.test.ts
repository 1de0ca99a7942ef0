import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importCandidate } from '../activities/import-candidate.ts';
import { importOfSpec } from '../activities/import-model.ts';
import type { Candidate } from '../activities/train.ts';
import { PythonUnavailable } from '../infra/programs/python-environment.ts';
import { literal, withDuck } from '../src/data/duckdb.ts';
import { fetchOnnx, resolveVersion } from '../src/mlflow/fetch-model.ts';
import { MlflowServer } from '../src/mlflow/server.ts';
import { adoptGraph } from '../src/onnx/adopt.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import type { ModelSignature } from '../src/onnx/signature.ts';
import { OutboxSender } from '../src/outbox/outbox-sender.ts';
import { receiversOf } from '../src/outbox/receivers.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { exampleDataset, ExampleModel } from '../src/registry/example-model.testsuite.ts';
import { noteMessage, outboxState } from '../src/registry/outbox.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { registerVersion } from '../src/registry/versions.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { MlflowBed } from './mlflow/mlflow-server.ts';
import { until } from './running-pawl.ts';
import { createDatabase } from './stack/postgres.ts';
import { linearOnnx } from './training/linear-onnx.ts';

let bed: MlflowBed | null = null;
let unavailable = '';
beforeAll(async () => {
  try {
    bed = await MlflowBed.make();
    await bed.start();
  } catch (error) {
    if (!(error instanceof PythonUnavailable)) throw error;
    unavailable = `No Python for MLflow here. ${error.message}`;
  }
}, 900_000);
afterAll(() => bed?.remove());
beforeEach(({ skip }) => {
  if (bed === null) skip(unavailable);
});

const signature: ModelSignature = {
  format: 1,
  task: 'regression',
  features: [
    { name: 'size', type: 'number' },
    { name: 'age', type: 'number' },
  ],
  classes: null,
  threshold: null,
};
const most = 1e8;

describe('a version of an MLflow registry', () => {
  const fetched = async (uri: string) => {
    const server = new MlflowServer(bed?.url ?? '');
    const version = await resolveVersion(server, uri);
    return { version, onnx: await fetchOnnx(server, version, most) };
  };

  it('is the one that its alias points to, with the weights that MLflow wrote beside it', { timeout: 240_000 }, async () => {
    await bed?.run('register_model.py', 'price', 'prod', 'onnx', '1', '1');
    const first = await fetched('models:/price@prod');
    expect(first.version.version).toBe('1');
    const logged = await bed?.run('register_model.py', 'price', 'prod', 'onnx', '3', '-1');
    const second = await fetched('models:/price@prod');
    expect(second.version).toMatchObject({ name: 'price', version: '2' });
    expect(logged).toEqual({ version: '2', run: second.version.run });
    expect(Buffer.from((await fetched('models:/price/1')).onnx).equals(first.onnx)).toBe(true);

    const model = await OnnxModel.open(adoptGraph(second.onnx, signature));
    const [score] = await model.run({ size: Float32Array.of(10), age: Float32Array.of(4) }, 1);
    await model.release();
    expect(score).toBeCloseTo(26, 4);
  });

  it('is refused with a code where it is not there, or holds no ONNX model', { timeout: 240_000 }, async () => {
    for (const uri of ['models:/price@nobody', 'models:/price/99', 'models:/nothing@prod'])
      await expect(fetched(uri)).rejects.toMatchObject({ code: 'PAWL_IMPORT_NOT_FOUND' });
    await bed?.run('register_model.py', 'plain', 'prod', 'pyfunc');
    await expect(fetched('models:/plain@prod')).rejects.toMatchObject({
      code: 'PAWL_IMPORT_REFUSED',
      problems: [{ message: 'its flavors are python_function' }],
    });
  });

  it('is tried again where the server does not answer', async () => {
    const away = new MlflowServer('http://127.0.0.1:9');
    await expect(resolveVersion(away, 'models:/price@prod')).rejects.toMatchObject({
      code: 'PAWL_MLFLOW_UNAVAILABLE',
      retryable: true,
    });
  });
});

describe('a release that imports from MLflow', () => {
  let folder: string;
  let registry: Registry;
  afterAll(async () => {
    await registry?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('looks its alias up each time, and says so where it still names the champion', { timeout: 240_000 }, async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-mlflow-import-'));
    registry = openRegistry(await createDatabase());
    const store = folderStore(join(folder, 'store'));
    const example = await ExampleModel.apply(registry);
    const features = { size: { type: 'number' as const }, age: { type: 'number' as const } };
    const spec = modelSpec.parse({
      model: example.model,
      task: 'regression',
      owner: 'tests',
      source: { files: 'x.csv' },
      contract: { label: 'price', features },
      training: { trainer: 'import', import: { mlflow: 'models:/alias@now' } },
    });
    const file = join(folder, 'rows.parquet');
    const rows = 'SELECT (i % 97)::DOUBLE AS size, (i % 31)::DOUBLE AS age, (i % 5)::DOUBLE AS price FROM range(500) t(i)';
    await withDuck(undefined, (duck) => duck.run(`COPY (${rows}) TO ${literal(file)} (FORMAT parquet)`));
    const uri = await store.put('datasets/rows.parquet', await readFile(file));
    const dataset = { ...exampleDataset(), uri, rows: 500, oldest: null, newest: null };
    const mlflow = new MlflowServer(bed?.url ?? '');
    const take = () =>
      new MockActivityEnvironment().run<[], Candidate, () => Promise<Candidate>>(() =>
        importCandidate({ registry, store, mlflow }, importOfSpec(spec) ?? { onnx: '' }, {
          spec,
          baseDirectory: folder,
          dataset,
          shuffleLabels: false,
        }),
      );

    await bed?.run('register_model.py', 'alias', 'now', 'onnx', '1', '2');
    const first = await take();
    expect(first).toMatchObject({ trainer: 'import', params: { mlflow: 'models:/alias@now', version: '1' } });
    const { id: release } = await example.open(randomUUID());
    await recordDataset(registry, { model: example.model, dataset: exampleDataset(), specDigest: 'spec-1' });
    const { version } = await registerVersion(registry, { ...example.evidence(release), uri: first.uri, digest: first.digest });
    const lead = { version, release, by: 'ada', because: 'a test', operationId: randomUUID() };
    await moveChampion(registry, { model: example.model, ...lead });
    await expect(take()).rejects.toMatchObject({
      code: 'PAWL_IMPORT_UNCHANGED',
      message: 'models:/alias@now (version 1) is what v1, the champion, was made of: there is nothing to release.',
    });

    await bed?.run('register_model.py', 'alias', 'now', 'onnx', '1', '3');
    expect((await take()).params).toMatchObject({ version: '2' });
  });
});

describe('a version of pawl, told to MLflow', () => {
  let folder: string;
  let registry: Registry;
  let store: ObjectStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-mlflow-store-'));
    store = folderStore(folder);
    registry = openRegistry(await createDatabase());
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function registered(): Promise<{ model: string; release: string; version: number }> {
    const example = await ExampleModel.apply(registry);
    const { id: release } = await example.open(randomUUID());
    await recordDataset(registry, { model: example.model, dataset: exampleDataset(), specDigest: 'spec-1' });
    const uri = await store.put(`artifacts/${release}.onnx`, adoptGraph(linearOnnx([3, -1], 10), signature));
    const metrics = { mae: 1.5, r2: Number.NaN };
    const { version } = await registerVersion(registry, { ...example.evidence(release), uri, metrics });
    return { model: example.model, release, version };
  }
  const note = (about: { model: string; release: string }, key: string, message: object) =>
    noteMessage(registry, { receiver: 'mlflow', key: `${about.model}/${key}`, ...about, message });
  const sending = async (work: () => Promise<void>) => {
    const receivers = receiversOf({ registry, store }, { lineage: null, mlflow: new MlflowServer(bed?.url ?? '') });
    const pause = { least: 100, most: 1000 };
    const sender = new OutboxSender({ registry, logger: pino({ level: 'silent' }), receivers, pause });
    try {
      await work();
    } finally {
      await sender.close();
    }
  };
  const allSent = () => until('everything is sent', async () => (await outboxState(registry)).length === 0);
  const runsOf = async (model: string) =>
    (await bed?.run('read_runs.py', `pawl/${model}`, '{"size": 10, "age": 4}')) as Record<string, unknown>[];

  it('is one run with its parameters, metrics, dataset, tags and a model that MLflow loads', { timeout: 240_000 }, async () => {
    const { model, release, version } = await registered();
    const about = { model, release };
    await note(about, `v${version}`, { version });
    await sending(allSent);
    // The same once more, as after a process that ended before it could note that it had sent it.
    await note(about, `v${version} again`, { version });
    await note(about, `v${version}/end`, { version, outcome: 'promoted', because: 'the bake went well' });
    await sending(allSent);

    expect(await runsOf(model)).toEqual([
      expect.objectContaining({
        name: `${model} v1`,
        status: 'FINISHED',
        params: { trainer: 'gbt', seed: '1', trees: '200', leaves: '31', learning_rate: '0.1' },
        metrics: { mae: 1.5 },
        tags: expect.objectContaining({
          'pawl.version': `${model}/v1`,
          'pawl.release': release,
          'pawl.dataset': exampleDataset().digest,
          'pawl.outcome': 'promoted',
          'pawl.because': 'the bake went well',
        }) as unknown,
        datasets: [`${model}.dataset`],
        files: ['card.cdx.json', 'card.md', 'gates.json', 'importances.json', 'model/MLmodel', 'model/model.onnx'],
        score: 36,
      }),
    ]);
  });

  it('waits while the server is away, which is told, and is there once it is back', { timeout: 240_000 }, async () => {
    const { model, release, version } = await registered();
    await bed?.stop();
    await note({ model, release }, `v${version}`, { version });
    await sending(async () => {
      await until('a try has failed', async () => (await outboxState(registry, model))[0]?.because != null);
      expect(await outboxState(registry, model)).toMatchObject([
        { receiver: 'mlflow', waiting: 1, refused: 0, because: expect.stringContaining('does not answer') as string },
      ]);
      await bed?.start();
      await allSent();
    });
    expect(await runsOf(model)).toHaveLength(1);
  });
});
