import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { getDataset, recordDataset } from './datasets.ts';
import { ExampleModel, exampleDataset } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { getVersion, listVersions, registerVersion } from './versions.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

describe('a version', () => {
  it('keeps its evidence as it was registered', async () => {
    const example = await ExampleModel.apply(registry);
    const { release, version } = await example.register();
    const found = await getVersion(registry, example.model, version);
    expect(found).toEqual({
      ...example.evidence(release),
      version: 1,
      copyOf: null,
      code: null,
      reference: null,
      incumbent: null,
      createdAt: expect.any(Date),
    });
    expect(Object.keys(found.params)).toEqual(['trees', 'leaves', 'learning_rate']);
  });

  it('keeps what made it', async () => {
    const example = await ExampleModel.apply(registry);
    const { id } = await example.open();
    const code = { pawl: '0.3.0', digest: 'sha256:c0de' };
    const { version } = await registerVersion(registry, { ...example.evidence(id), code });
    expect(await getVersion(registry, example.model, version)).toMatchObject({ code });
  });

  it('is one for each release, numbered without gaps however many register at once', async () => {
    const example = await ExampleModel.apply(registry, 1);
    const releases = await Promise.all([example.open(), example.open(), example.open()]);
    const ids = releases.flatMap(({ id }) => [id, id]);
    const versions = await Promise.all(ids.map((id) => registerVersion(registry, example.evidence(id))));
    expect(versions.map(({ version }) => version).filter((_, i) => i % 2 === 0)).toEqual(
      versions.map(({ version }) => version).filter((_, i) => i % 2 === 1),
    );
    expect((await listVersions(registry, example.model)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('refers to a release and a dataset that there are', async () => {
    const example = await ExampleModel.apply(registry, 1);
    const { id } = await example.open();
    const refused = { code: 'PAWL_REGISTRY_REFUSED', retryable: false };
    await expect(registerVersion(registry, example.evidence('nobody/1'))).rejects.toMatchObject(refused);
    await expect(registerVersion(registry, { ...example.evidence(id), datasetDigest: 'sha256:none' })).rejects.toMatchObject(
      refused,
    );
    await expect(getVersion(registry, example.model, 2)).rejects.toMatchObject({ code: 'PAWL_VERSION_NOT_FOUND' });
  });

  it('is never changed', async () => {
    await ExampleModel.apply(registry, 1);
    await expect(sql`UPDATE versions SET overridden = false`.execute(registry.db)).rejects.toThrow(/append-only/);
    await expect(sql`DELETE FROM versions`.execute(registry.db)).rejects.toThrow(/append-only/);
  });
});

describe('a dataset', () => {
  it('is found by its digest, and is the same however often it is recorded', async () => {
    const { model } = await ExampleModel.apply(registry);
    const dataset = exampleDataset('c');
    await recordDataset(registry, { model, dataset, specDigest: 'spec-1' });
    await recordDataset(registry, { model, dataset: { ...dataset, rows: 7 }, specDigest: 'spec-1' });
    expect(await getDataset(registry, dataset.digest)).toEqual(dataset);
    await expect(getDataset(registry, 'sha256:none')).rejects.toMatchObject({ code: 'PAWL_DATASET_NOT_FOUND' });
  });
});
