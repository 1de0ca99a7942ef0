import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetRef } from '../src/data/dataset.ts';
import { literal, withDuck } from '../src/data/duckdb.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { exampleDataset } from '../src/registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease, updateRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { specDigest } from '../src/spec/digest.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { createEvaluateActivities } from './evaluate.ts';
import { createRegisterActivities } from './register.ts';
import { createTrainActivities } from './train.ts';
import { createTrialActivities } from './trial.ts';

const model = 'visits';
const rows = 4000;

let folder: string;
let registry: Registry;
let store: ObjectStore;
let dataset: DatasetRef;
let refunds: DatasetRef;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-numbers-'));
  registry = openRegistry(await createDatabase());
  store = folderStore(join(folder, 'store'));
  // Counts that grow with the hour and have a long tail: numbers that look random and are the same each time.
  const random = (salt: number) => `((hash(i * 7 + ${salt}) % 100000 + 0.5) / 100000.0)`;
  const counts = `SELECT ${random(1)} AS hour, CAST(floor(-ln(${random(2)}) * (2 + 8 * ${random(1)})) AS DOUBLE) AS visits FROM range(${rows}) t(i)`;
  dataset = await written('rows', counts);
  refunds = await written('refunds', `SELECT hour, CASE WHEN visits = 3 THEN -1 ELSE visits END AS visits FROM (${counts})`);
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function written(name: string, query: string): Promise<DatasetRef> {
  const file = join(folder, `${name}.parquet`);
  await withDuck(undefined, (duck) => duck.run(`COPY (${query}) TO ${literal(file)} (FORMAT parquet)`));
  const uri = await store.put(`datasets/${name}.parquet`, await readFile(file));
  return { ...exampleDataset(), digest: `sha256:${randomUUID()}`, uri, rows, oldest: null, newest: null };
}

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);

/** A release of the model as pawl.yaml has it, with these keys of its own, up to its evaluation. */
async function begin(own: object, rowsOf = dataset) {
  const spec = modelSpec.parse({
    model,
    task: 'regression',
    owner: 'tests',
    source: { files: '*.parquet' },
    contract: { label: 'visits', features: { hour: { type: 'number' } } },
    ...own,
  });
  const digest = specDigest(spec);
  await applySpec(registry, { spec, digest, source: '', baseDirectory: folder, by: 'ada' });
  await recordDataset(registry, { model, dataset: rowsOf, specDigest: digest });
  const dependencies: Dependencies = { registry, store, clock: wallClock, logger: pino({ level: 'silent' }), lookEvery: 1000 };
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id } = await openRelease(registry, { model, runId: randomUUID(), specDigest: digest, trigger });
  await updateRelease(registry, id, { datasetDigest: rowsOf.digest });
  return { dependencies, input: { release: id, model, dataset: rowsOf } };
}

async function evaluated(own: object, rowsOf = dataset) {
  const { dependencies, input } = await begin(own, rowsOf);
  const candidate = await run(() => createTrainActivities(dependencies).train({ ...input, shuffleLabels: false }));
  const evaluation = await run(() => createEvaluateActivities(dependencies).evaluate({ ...input, candidate }));
  return { dependencies, input, candidate, evaluation };
}

const trees = (params: object) => ({ training: { params: { trees: 30, leaves: 8, ...params } } });

describe('an evaluation of numbers', () => {
  it('lets a quantile replace a champion that predicts the mean, by pinball, though its absolute errors are larger', async () => {
    const {
      dependencies,
      input,
      candidate,
      evaluation: first,
    } = await evaluated({ ...trees({}), evaluation: { quantile: 0.9 } });
    expect(Object.keys(first.metrics)).toEqual(['mae', 'rmse', 'r2', 'pinball']);
    await run(() => createRegisterActivities(dependencies).register({ ...input, candidate, evaluation: first }));
    await moveChampion(registry, { model, version: 1, release: null, by: 'ada', operationId: randomUUID(), because: 'a test' });

    const { evaluation } = await evaluated(trees({ loss: 'quantile', alpha: 0.9 }));
    expect(evaluation).toMatchObject({
      passed: true,
      champion: 1,
      because: expect.stringMatching(/^pinball is .* against the champion's/),
    });
    expect(evaluation.gates.map(({ gate }) => gate)).toEqual(['pinball better_than_champion_by 0.02']);
    const [own, other] = [evaluation.metrics, evaluation.championMetrics ?? {}];
    expect(own['pinball']).toBeLessThan(0.9 * (other['pinball'] ?? NaN));
    expect(own['mae']).toBeGreaterThan(other['mae'] ?? NaN);
    expect(evaluation.intervals?.['pinball']).toMatchObject({ method: 'bootstrap (BCa)', confidence: 0.95 });
  });

  it('judges counts by their deviance, in slices and without some values too', async () => {
    const { evaluation } = await evaluated({
      ...trees({ loss: 'poisson' }),
      evaluation: {
        gates: [{ poisson_deviance: { at_most: 20, confidence: 0.9 } }],
        slices: [{ where: { hour: { below: 0.5 } }, gates: [{ poisson_deviance: { at_most: 20 } }] }],
        robustness: { missing: 0.1, loses_at_most: 0.5 },
      },
    });
    expect(evaluation).toMatchObject({ passed: true });
    expect(evaluation.gates.map(({ gate }) => gate)).toEqual([
      'poisson_deviance at_most 20',
      'poisson_deviance at_most 20 where hour is below 0.5',
      'loss of poisson_deviance with 10 % of the values missing at_most 0.5',
    ]);
  });

  it('refuses a deviance of labels that are no counts', async () => {
    const gated = { ...trees({}), evaluation: { gates: [{ poisson_deviance: { at_most: 20 } }] } };
    await expect(evaluated(gated, refunds)).rejects.toMatchObject({
      code: 'PAWL_METRIC_UNDEFINED',
      problems: [{ message: expect.stringMatching(/^\d+ labels of 800 are negative$/) }],
    });
  });

  it('scores the trials of a search by what the loss asks for', async () => {
    const search = { params: { leaves: { from: 4, to: 16, whole: true } } };
    const { dependencies, input } = await begin({ training: { params: { trees: 30, loss: 'quantile', alpha: 0.9 }, search } });
    const trial = { ...input, trial: 1, rung: 0, share: 1, shuffleLabels: false, metric: 'pinball' };
    const activities = createTrialActivities(dependencies);
    const near = await run(() => activities.trial({ ...trial, drawn: { leaves: 8 } }));
    const flat = await run(() => activities.trial({ ...trial, trial: 2, drawn: { leaves: 2, trees: 1, learning_rate: 1e-6 } }));
    expect(near.score).toBeGreaterThan(0);
    expect(near.score).toBeLessThan(flat.score ?? NaN);
  });
});
