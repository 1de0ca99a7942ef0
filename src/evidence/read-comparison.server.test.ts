import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { literal, withDuck } from '../data/duckdb.ts';
import { recordDataset } from '../registry/datasets.ts';
import { recordDecision } from '../registry/decisions.ts';
import { ExampleModel, exampleDataset } from '../registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { registerVersion } from '../registry/versions.ts';
import { digestOf } from '../serving/local-cache.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { exampleEvaluation } from './example-version.testsuite.ts';
import { readComparison } from './read-comparison.ts';

let registry: Registry;
let directory: string;
let store: ObjectStore;
let example: ExampleModel;

beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-comparison-'));
  store = folderStore(directory);
  example = await ExampleModel.apply(registry);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});

/** A version that learned from rows whose prices lie so much higher. */
async function make(higher: number, evaluated: boolean): Promise<{ version: number; dataset: string }> {
  const path = join(directory, `rows-${higher}.parquet`);
  await withDuck(undefined, async (duck) => {
    const rows = `SELECT i AS period, i + ${higher} AS nswprice, i % 7 AS day, 'UP' AS class FROM range(1000) AS t (i)`;
    await duck.run(`COPY (${rows}) TO ${literal(path)} (FORMAT parquet)`);
  });
  const bytes = await readFile(path);
  const digest = digestOf(bytes) as `sha256:${string}`;
  const dataset = `datasets/${digest.slice(7)}.parquet`;
  const uri = await store.put(dataset, bytes);
  await recordDataset(registry, { model: example.model, dataset: { ...exampleDataset(), digest, uri }, specDigest: 'spec-1' });
  const { id: release } = await example.open();
  const artifact = Buffer.from(`artifact ${higher}`);
  if (evaluated)
    await recordDecision(registry, {
      key: `${release}/gates`,
      model: example.model,
      release,
      workflow: 'release',
      stage: 'evaluate',
      action: 'pass',
      because: exampleEvaluation.because,
      evidence: exampleEvaluation,
    });
  const { version } = await registerVersion(registry, {
    ...example.evidence(release),
    uri: await store.put(`artifacts/${higher}.onnx`, artifact),
    digest: digestOf(artifact),
    datasetDigest: digest,
    code: { pawl: '0.1.0' },
  });
  return { version, dataset };
}

describe('a comparison that is read', () => {
  it('measures the columns of both datasets, says sizes and metrics, and goes on without a dataset that is gone', async () => {
    const [older, newer] = [await make(0, false), await make(500, true)];
    const diff = await readComparison({ registry, store }, example.model, older.version, newer.version);
    expect(diff.data).toMatchObject({ same: false, added: [], removed: [], from: { rows: 100 } });
    const moved = diff.data.columns?.map(({ feature, ks }) => [feature, ks?.distance]);
    expect(moved).toEqual([
      ['period', 0],
      ['nswprice', 0.5],
      ['day', 0],
    ]);
    // The first one's size was not kept: its artifact is looked at.
    expect(diff.bytes).toEqual({ from: 'artifact 0'.length, to: 734_000 });
    expect(diff.metrics.values.map(({ metric, toInterval }) => [metric, toInterval?.method])).toEqual([
      ['auc', 'bootstrap (BCa)'],
      ['accuracy', 'Wilson'],
    ]);
    expect(diff.served).toEqual({ from: null, to: null });

    await store.delete(older.dataset);
    const later = await readComparison({ registry, store }, example.model, older.version, newer.version);
    expect(later.data).toMatchObject({ columns: null, from: diff.data.from });
  });

  it('is refused for a version that is not there', async () => {
    await expect(readComparison({ registry, store }, example.model, 1, 99)).rejects.toMatchObject({
      code: 'PAWL_VERSION_NOT_FOUND',
    });
  });
});
