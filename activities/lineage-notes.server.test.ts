import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FacetWriter } from '../src/lineage/facets.ts';
import type { RunEvent } from '../src/lineage/run-event.ts';
import { ExampleModel } from '../src/registry/example-model.testsuite.ts';
import { messagesOf } from '../src/registry/outbox.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { abandonRelease } from '../src/registry/releases.ts';
import { absentStore } from '../src/storage/absent-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { wallClock } from './dependencies.ts';
import { LineageNotes } from './lineage-notes.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const notes = () =>
  new LineageNotes(
    { registry, store: absentStore(), clock: wallClock },
    { facets: new FacetWriter('0.1.0'), namespace: 'pawl', version: '0.1.0' },
  );
const told = async (release: string) =>
  (await messagesOf(registry, release, 'openlineage')).map(({ message }) => {
    const { job, eventType } = message as RunEvent;
    return `${job.name.split('.').at(-1)} ${eventType}`;
  });

describe('the lineage of a release', () => {
  it('has each run begin once and end once, however often its activity is tried', async () => {
    const example = await ExampleModel.apply(registry);
    const { id: release } = await example.open(randomUUID());
    const { model } = example;
    for (let attempt = 1; attempt <= 2; attempt++) {
      await notes().after('openRelease', { model }, { release });
      await notes().before('ingest', { release, model });
    }
    const closing = { release, model, outcome: 'failed', version: null, because: 'the disk is full' };
    for (let attempt = 1; attempt <= 2; attempt++) await notes().after('closeRelease', closing, {});
    expect(await told(release)).toEqual(['release START', 'ingest START', 'ingest FAIL', 'release FAIL']);
  });

  it('ends with a release whose workflow is gone, as the monitor finds it', async () => {
    const example = await ExampleModel.apply(registry);
    const { id: release } = await example.open(randomUUID());
    const { model } = example;
    await notes().after('openRelease', { model }, { release });
    await notes().before('ingest', { release, model });
    await notes().after('observe', { model }, {});
    expect(await told(release)).toEqual(['release START', 'ingest START']);

    await abandonRelease(registry, release, 'Its workflow was terminated.');
    for (let look = 1; look <= 2; look++) await notes().after('observe', { model }, {});
    expect(await told(release)).toEqual(['release START', 'ingest START', 'ingest FAIL', 'release FAIL']);
    const last = (await messagesOf(registry, release, 'openlineage')).at(-1)?.message as RunEvent;
    expect(last.run.facets['errorMessage']).toMatchObject({ message: 'Its workflow was terminated.' });
  });

  it('says nothing of a drill, which no release has opened', async () => {
    const example = await ExampleModel.apply(registry);
    const { id: release } = await example.open(randomUUID());
    const closing = { release, model: example.model, outcome: 'rolled_back', version: null, because: 'a drill' };
    await notes().after('closeRelease', closing, {});
    expect(await told(release)).toEqual([]);
  });
});
