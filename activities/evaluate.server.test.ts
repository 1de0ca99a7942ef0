import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
import { getDecision } from '../src/registry/decisions.ts';
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
import { type Dependencies, wallClock } from './dependencies.ts';
import { createEvaluateActivities } from './evaluate.ts';
import { createRegisterActivities } from './register.ts';
import { type Candidate, createTrainActivities } from './train.ts';

const model = 'loans';
const spec = modelSpec.parse({
  model,
  task: 'binary-classification',
  owner: 'tests',
  source: { files: '*.parquet' },
  contract: {
    label: 'repaid',
    features: { income: { type: 'number' }, region: { type: 'category' }, member: { type: 'boolean' } },
  },
  training: { params: { trees: 30, leaves: 8 } },
  evaluation: {
    gates: [{ accuracy: { better_than_champion_by: 0.01 } }, { latency: { above_champion_by: 1 } }, { size: { at_most: '1MB' } }],
    slices: [{ by: 'region', at_least: 50, gates: [{ auc: { at_least: 0.6 } }] }],
    behaviour: [{ direction: { raise: 'income', by: 0.2, except: 0.9 } }],
    calibrate: 'isotonic',
    fairness: { groups: ['region', 'member'], at_least: 50, equal_opportunity: { at_most: 0.5 }, thresholds: 'region' },
    robustness: { missing: 0.1, loses_at_most: 0.2 },
  },
});

let folder: string;
let registry: Registry;
let store: ObjectStore;
let dataset: DatasetRef;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-evaluate-'));
  registry = openRegistry(await createDatabase());
  store = folderStore(join(folder, 'store'));
  await applySpec(registry, { spec, digest: 'spec-1', source: '', baseDirectory: folder, by: 'ada' });
  const file = join(folder, 'rows.parquet');
  // Numbers that look random and are the same each time; who earns more repays more often, in the north most of all.
  const random = (salt: number) => `(hash(i * 7 + ${salt}) % 100000) / 100000.0`;
  const rows = `SELECT ${random(1)} AS income, CASE WHEN ${random(2)} < 0.5 THEN 'north' WHEN ${random(2)} < 0.95 THEN 'south' END AS region,
      ${random(3)} < 0.4 AS member FROM range(4000) t(i)`;
  const labelled = `SELECT r.*, CASE WHEN hash(rowid0 * 11) % 1000 < 1000 * income * (CASE WHEN region = 'north' THEN 1 ELSE 0.6 END) THEN 'yes' ELSE 'no' END AS repaid
      FROM (SELECT *, row_number() OVER () AS rowid0 FROM (${rows})) r`;
  await withDuck(undefined, (duck) =>
    duck.run(`COPY (SELECT * EXCLUDE rowid0 FROM (${labelled})) TO ${literal(file)} (FORMAT parquet)`),
  );
  const uri = await store.put('datasets/rows.parquet', await readFile(file));
  dataset = { ...exampleDataset(), digest: `sha256:${randomUUID()}`, uri, rows: 4000, oldest: null, newest: null };
  await recordDataset(registry, { model, dataset, specDigest: 'spec-1' });
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);

/** Train, evaluate and register, as a release does. */
async function release() {
  const dependencies: Dependencies = { registry, store, clock: wallClock, logger: pino({ level: 'silent' }), lookEvery: 1000 };
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id } = await openRelease(registry, { model, runId: randomUUID(), specDigest: 'spec-1', trigger });
  await updateRelease(registry, id, { datasetDigest: dataset.digest });
  const input = { release: id, model, dataset };
  const candidate: Candidate = await run(() => createTrainActivities(dependencies).train({ ...input, shuffleLabels: false }));
  const { step: _, ...evaluation }: Evaluation & { step?: unknown } = await run(() =>
    createEvaluateActivities(dependencies).evaluate({ ...input, candidate }),
  );
  const registered = await run(() => createRegisterActivities(dependencies).register({ ...input, candidate, evaluation }));
  return { id, candidate, evaluation, registered };
}

describe('an evaluation', () => {
  it('judges the artifact with its calibration and thresholds, and serving says of every row what it said', async () => {
    const { id, candidate, evaluation, registered } = await release();
    // 4,000 rows, a fifth held out, a tenth of the others to tune on.
    expect(candidate).toMatchObject({ trainedRows: 2880, tuning: { rows: 320, calibrate: 'isotonic' } });
    expect(Object.keys(candidate.tuning?.thresholds?.byValue ?? {})).toEqual(['north', 'south']);
    expect(registered).toMatchObject({ version: 1, rescored: 800 });
    expect(registered.largestDifference).toBeLessThan(1e-6);

    expect(evaluation).toMatchObject({ passed: true, rows: 800, champion: null, tuning: candidate.tuning });
    expect(evaluation.gates.map(({ metric, rows }) => [metric, rows])).toEqual([
      ['accuracy', 800],
      ['latency', 1000],
      ['size', undefined],
      ['auc', expect.any(Number)],
      ['auc', expect.any(Number)],
      ['direction', expect.any(Number)],
      ['equal_opportunity', 800],
      ['equal_opportunity', 800],
      ['robustness', 800],
    ]);
    expect(evaluation.groups?.map(({ group }) => group)).toEqual([
      'region is north',
      'region is south',
      'member is false',
      'member is true',
    ]);
    expect(evaluation.reliability?.reduce((sum, { rows }) => sum + rows, 0)).toBe(800);
    expect(await getDecision(registry, `${id}/gates`)).toMatchObject({
      action: 'pass',
      because: evaluation.because,
      evidence: evaluation,
    });
    expect((await getVersion(registry, model, 1)).gates).toEqual(evaluation.gates);
    expect(evaluation.bytes).toBeGreaterThan(1000);
    expect(Object.keys(evaluation.intervals ?? {}).toSorted()).toEqual(Object.keys(evaluation.metrics).toSorted());
    for (const [name, { low, high, confidence }] of Object.entries(evaluation.intervals ?? {})) {
      expect([name, low <= (evaluation.metrics[name] ?? NaN), high >= (evaluation.metrics[name] ?? NaN), confidence]).toEqual([
        name,
        true,
        true,
        0.95,
      ]);
    }
    // It travels through Temporal twice.
    expect(JSON.stringify(evaluation).length).toBeLessThan(20_000);
  });

  it('refuses an equal version: it is no better, and nothing is proven', async () => {
    await moveChampion(registry, { model, version: 1, release: null, by: 'ada', operationId: randomUUID(), because: 'a test' });
    const { evaluation } = await release();
    expect(evaluation).toMatchObject({ passed: false, champion: 1, championMetrics: evaluation.metrics });
    expect(evaluation.because).toMatch(
      /^accuracy is .* against the champion's .* \(0 rows only it got right, 0 only the champion; McNemar's p 0\.500\): not proven to be better$/,
    );
  });
});
