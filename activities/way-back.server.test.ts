import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal, withDuck } from '../src/data/duckdb.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { ExampleModel, exampleDataset } from '../src/registry/example-model.testsuite.ts';
import { registerIncumbent } from '../src/registry/incumbent.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { updateRelease } from '../src/registry/releases.ts';
import { registerVersion } from '../src/registry/versions.ts';
import { configOf, refusalOf, TeamEndpoint } from '../src/serving/incumbent/team-endpoint.testsuite.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { requireWayBack } from './way-back.ts';

let folder: string;
let registry: Registry;
let store: ObjectStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-way-back-'));
  registry = openRegistry(await createDatabase());
  store = folderStore(join(folder, 'store'));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const check = (input: { model: string; release: string; champion: number }): Promise<void> =>
  new MockActivityEnvironment().run<[], void, () => Promise<void>>(() => requireWayBack({ registry, store }, input));

describe('the way back of a rollout', () => {
  it('is an endpoint only while it answers', async () => {
    const team = await TeamEndpoint.start();
    team.reply = () => ({ json: { predictions: ['UP'] } });
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const features = ['period', 'nswprice', 'day'].map((name) => ({ name, type: 'number' as const }));
    const signature = { format: 1, task: 'binary-classification', features, classes: ['DOWN', 'UP'], threshold: 0.5 } as const;
    await registerIncumbent(registry, { model, config: configOf(team.url, { format: 'pawl', signature }), by: 'ada' });
    const { id: release } = await example.open();
    const rows = join(folder, 'rows.parquet');
    await withDuck(undefined, (duck) =>
      duck.run(
        `COPY (SELECT 0.5::DOUBLE AS period, 0.06::DOUBLE AS nswprice, 3.0::DOUBLE AS day) TO ${literal(rows)} (FORMAT parquet)`,
      ),
    );
    const uri = await store.put('datasets/rows.parquet', await readFile(rows));
    const dataset = { ...exampleDataset(), digest: `sha256:${randomUUID()}`, uri } as const;
    await recordDataset(registry, { model, dataset, specDigest: 'spec-1' });
    await updateRelease(registry, release, { datasetDigest: dataset.digest });

    await check({ model, release, champion: 1 });
    expect(team.asked.at(-1)?.body).toEqual({ rows: [{ period: 0.5, nswprice: 0.06, day: 3 }] });
    await team.stop();
    const refused = await refusalOf(check({ model, release, champion: 1 }));
    expect(refused).toMatchObject({ code: 'PAWL_NO_WAY_BACK', retryable: false });
    expect(refused.message).toMatch(/v1, the way back, does not answer: .* cannot be reached: ECONNREFUSED/);
  });

  it('is a version only while its artifact is in the object store', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const { id: release } = await example.open();
    await recordDataset(registry, { model, dataset: exampleDataset(), specDigest: 'spec-1' });
    const uri = await store.put('artifacts/one.onnx', Buffer.from('a model'));
    await registerVersion(registry, { ...example.evidence(release), uri });
    await check({ model, release, champion: 1 });
    await store.delete('artifacts/one.onnx');
    expect(await refusalOf(check({ model, release, champion: 1 }))).toMatchObject({
      code: 'PAWL_NO_WAY_BACK',
      message: 'v1, the way back, is no longer in the object store.',
    });
  });
});
