import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { breakGlass } from './break-glass.ts';
import { getChampion, moveChampion } from './champion.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { getOperation, recordOperation } from './operations.ts';
import { openRegistry, type Registry } from './registry.ts';
import { listRevisions, readAssignment, renewLease, writeRevision } from './traffic.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const asked = (example: ExampleModel) => ({
  model: example.model,
  by: 'ada',
  reason: 'callers complain',
  operationId: randomUUID(),
});

/** A model whose versions were champions one after the other, the last of them now; an epoch of a rollout that runs. */
async function withChampions(...versions: number[]): Promise<{ example: ExampleModel; epoch: number }> {
  const example = await ExampleModel.apply(registry, 3);
  const epoch = await example.epoch('rollout');
  for (const version of versions) {
    const revision = example.revision(epoch, { champion: version });
    await writeRevision(registry, revision);
    await moveChampion(registry, {
      model: example.model,
      version,
      release: null,
      by: 'pawl',
      because: 'better',
      operationId: revision.operationId,
    });
  }
  return { example, epoch };
}

describe('breaking the glass', () => {
  it('gives the champion everything, and the rollout that was running loses its right to write', async () => {
    const { example, epoch } = await withChampions(1);
    const { revision } = await writeRevision(registry, example.revision(epoch, { challenger: 2, share: 1 }));
    const done = await breakGlass(registry, asked(example));
    expect(done).toEqual({
      revision: revision + 1,
      champion: 1,
      because: 'ada broke the glass: v2 gives way to v1: callers complain',
    });
    expect(await readAssignment(registry, example.model)).toMatchObject({ champion: { version: 1 }, challenger: null, share: 0 });
    expect(await getChampion(registry, example.model)).toMatchObject({ version: 1, by: 'pawl' });
    await expect(writeRevision(registry, example.revision(epoch))).rejects.toMatchObject({ code: 'PAWL_EPOCH_SUPERSEDED' });
    await expect(renewLease(registry, { model: example.model, epoch, revision })).rejects.toMatchObject({
      code: 'PAWL_EPOCH_SUPERSEDED',
    });
  });

  it('puts the champion before this one back where nobody is on trial', async () => {
    const { example } = await withChampions(1, 2);
    expect(await breakGlass(registry, asked(example))).toMatchObject({ champion: 1 });
    expect(await getChampion(registry, example.model)).toMatchObject({ version: 1, by: 'ada' });
    await expect(breakGlass(registry, asked(example))).rejects.toMatchObject({ code: 'PAWL_NO_WAY_BACK' });
  });

  it('undoes a promotion that has the traffic and not yet the title', async () => {
    const { example, epoch } = await withChampions(1);
    await writeRevision(registry, example.revision(epoch, { champion: 2 }));
    expect(await breakGlass(registry, asked(example))).toMatchObject({ champion: 1 });
  });

  it('leaves nobody to answer where a first version is all there is', async () => {
    const example = await ExampleModel.apply(registry, 1);
    await expect(breakGlass(registry, asked(example))).rejects.toMatchObject({ code: 'PAWL_NO_WAY_BACK' });
    await writeRevision(registry, example.revision(await example.epoch()));
    expect(await breakGlass(registry, asked(example))).toMatchObject({
      champion: null,
      because: expect.stringContaining('v1 gives way to nobody'),
    });
    expect(await readAssignment(registry, example.model)).toMatchObject({ champion: null });
  });

  it('gives everything to the version that a person names, and to no other', async () => {
    const { example } = await withChampions(1, 2);
    await expect(breakGlass(registry, { ...asked(example), to: 9 })).rejects.toMatchObject({ code: 'PAWL_VERSION_NOT_FOUND' });
    expect(await breakGlass(registry, { ...asked(example), to: 3 })).toMatchObject({ champion: 3 });
    expect(await getChampion(registry, example.model)).toMatchObject({ version: 3 });
  });

  it('is done once for one request, and is on record', async () => {
    const { example } = await withChampions(1, 2, 3);
    const request = asked(example);
    const answers = await Promise.all(Array.from({ length: 4 }, () => breakGlass(registry, request)));
    expect(new Set(answers.map(({ revision }) => revision)).size).toBe(1);
    expect(answers[0]).toMatchObject({ champion: 2 });
    expect(await listRevisions(registry, example.model)).toHaveLength(4);
    expect(await getOperation(registry, request.operationId)).toMatchObject({
      action: 'rollback',
      by: 'ada',
      reason: 'callers complain',
      revision: 4,
      finishedAt: expect.any(Date),
    });
  });

  it('finishes a request that is on record already, when it is done for a person with everything running', async () => {
    const { example } = await withChampions(1, 2);
    const request = asked(example);
    await recordOperation(registry, {
      requestId: request.operationId,
      model: example.model,
      action: 'rollback',
      by: 'ada',
      reason: 'x',
    });
    const done = await breakGlass(registry, { ...request, kind: 'person' });
    expect(done.because).toBe('ada rolled back: v2 gives way to v1: callers complain');
    expect(await getOperation(registry, request.operationId)).toMatchObject({
      because: done.because,
      revision: 3,
      finishedAt: expect.any(Date),
    });
  });

  it('changes nothing at all where there is no such model', async () => {
    await expect(breakGlass(registry, { model: 'nobody', by: 'ada', reason: 'x', operationId: 'y' })).rejects.toMatchObject({
      code: 'PAWL_MODEL_NOT_FOUND',
    });
  });
});
