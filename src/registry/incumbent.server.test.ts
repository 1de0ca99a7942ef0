import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import type { IncumbentConfig } from '../serving/incumbent/incumbent-config.ts';
import { breakGlass } from './break-glass.ts';
import { championHistory, getChampion, moveChampion } from './champion.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { leadingIncumbent, registerIncumbent } from './incumbent.ts';
import { openRegistry, type Registry } from './registry.ts';
import { closeRelease } from './releases.ts';
import { listRevisions, readAssignment, writeRevision } from './traffic.ts';
import { getVersion, listVersions } from './versions.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const config: IncumbentConfig = {
  url: 'http://old.example/score',
  format: 'v2',
  model: 'electricity',
  timeoutMs: 1000,
  signature: {
    format: 1,
    task: 'binary-classification',
    features: [
      { name: 'period', type: 'number' },
      { name: 'day', type: 'number' },
    ],
    classes: ['DOWN', 'UP'],
    threshold: 0.5,
  },
  features: ['period', 'day'],
};
const elsewhere = { ...config, url: 'http://new.example/score' };

const install = (example: ExampleModel, changed: IncumbentConfig = config) =>
  registerIncumbent(registry, { model: example.model, config: changed, by: 'ada' });

/** Ends an open release, so that nothing runs. */
const end = (release: string) =>
  closeRelease(registry, { id: release, outcome: 'promoted', version: null, because: 'a test', metrics: {} });

/** An own version takes traffic and title. */
async function promote(example: ExampleModel): Promise<number> {
  const { release, version } = await example.register();
  await end(release);
  const epoch = await example.epoch();
  const revision = example.revision(epoch, { champion: version, operationId: `promote-${version}` });
  await writeRevision(registry, revision);
  await moveChampion(registry, {
    model: example.model,
    version,
    release,
    by: 'pawl',
    because: 'better',
    operationId: revision.operationId,
  });
  return version;
}

describe('an endpoint that was there before pawl', () => {
  it('becomes a version, the champion, and the first traffic revision', async () => {
    const example = await ExampleModel.apply(registry);
    expect(await install(example)).toMatchObject({ outcome: 'installed', version: 1 });
    const version = await getVersion(registry, example.model, 1);
    expect(version).toMatchObject({
      uri: config.url,
      trainer: 'incumbent',
      release: null,
      datasetDigest: null,
      incumbent: config,
    });
    expect(await championHistory(registry, example.model)).toMatchObject([
      { version: 1, release: null, by: 'ada', because: 'the endpoint that was there' },
    ]);
    expect(await readAssignment(registry, example.model)).toMatchObject({
      revision: 1,
      champion: { version: 1, uri: config.url, digest: version.digest, incumbent: config },
      challenger: null,
      former: null,
    });
    expect(await leadingIncumbent(registry, example.model)).toEqual({ version: 1, url: config.url });
  });

  it('is the same however often it is applied, also at once', async () => {
    const example = await ExampleModel.apply(registry);
    const outcomes = await Promise.all([install(example), install(example), install(example)]);
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['installed', 'unchanged', 'unchanged']);
    expect(await listVersions(registry, example.model)).toHaveLength(1);
    expect(await listRevisions(registry, example.model)).toHaveLength(1);
  });

  it('is another version when it moves while it leads, and the first one again when it moves back', async () => {
    const example = await ExampleModel.apply(registry);
    await install(example);
    expect(await install(example, elsewhere)).toMatchObject({ outcome: 'moved', version: 2 });
    expect(await readAssignment(registry, example.model)).toMatchObject({ champion: { version: 2, uri: elsewhere.url } });
    expect(await install(example)).toMatchObject({ outcome: 'moved', version: 1 });
    expect((await championHistory(registry, example.model)).map(({ version }) => version)).toEqual([1, 2, 1]);
  });

  it('does not move under a release that is under way', async () => {
    const example = await ExampleModel.apply(registry);
    const { id } = await example.open();
    expect(await install(example)).toMatchObject({
      outcome: 'waits',
      version: null,
      because: expect.stringContaining(`${id} runs`),
    });
    await end(id);
    expect(await install(example)).toMatchObject({ outcome: 'installed' });
  });

  it('does not move under a version that bakes before it has the title', async () => {
    const example = await ExampleModel.apply(registry);
    const { release } = await example.register();
    await end(release);
    await writeRevision(registry, example.revision(await example.epoch()));
    expect(await install(example)).toMatchObject({ outcome: 'waits', because: expect.stringContaining('v1 has traffic') });
  });

  it("has no effect once a version of pawl's own leads, and is the way back", async () => {
    const example = await ExampleModel.apply(registry);
    await install(example);
    expect(await promote(example)).toBe(2);
    expect(await install(example, elsewhere)).toMatchObject({ outcome: 'superseded', version: null });
    expect(await readAssignment(registry, example.model)).toMatchObject({
      champion: { version: 2, incumbent: null },
      former: { version: 1, incumbent: config },
    });
    expect(await leadingIncumbent(registry, example.model)).toBeNull();
    await breakGlass(registry, { model: example.model, by: 'grace', reason: 'worse', operationId: `back-${example.model}` });
    expect((await getChampion(registry, example.model))?.version).toBe(1);
    expect(await readAssignment(registry, example.model)).toMatchObject({ champion: { version: 1, incumbent: config } });
    expect(await install(example, elsewhere)).toMatchObject({ outcome: 'moved', version: 3 });
  });

  it('is the only kind of version without a release and a dataset', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const insert = (trainer: string) =>
      sql`INSERT INTO versions (model, version, uri, digest, trainer, params, seed, metrics, gates, importances, overridden)
        VALUES (${model}, 7, '', '', ${trainer}, '{}', 0, '{}', '[]', '{}', false)`.execute(registry.db);
    await expect(insert('gbt')).rejects.toThrow(/made_by_a_release/);
    await insert('incumbent');
  });
});
