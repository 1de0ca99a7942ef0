import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import {
  abandonRelease,
  closeRelease,
  getRelease,
  lastEndedRelease,
  listReleases,
  openRelease,
  updateRelease,
} from './releases.ts';
import { getTrigger, linkTrigger, listTriggers, recordTrigger } from './triggers.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const end = (id: string, because = 'better by 3 points') => ({
  id,
  outcome: 'promoted' as const,
  version: null,
  because,
  metrics: { auc: 0.9 },
});

describe('a release', () => {
  it('is numbered from 1, one for each run, however many open at once', async () => {
    const example = await ExampleModel.apply(registry);
    const runs = ['a', 'b', 'a', 'c', 'b', 'a'].map((run) => `${example.model}-${run}`);
    const opened = await Promise.all(runs.map((run) => example.open(run)));
    expect(new Set(opened.map(({ number }) => number))).toEqual(new Set([1, 2, 3]));
    expect(opened[0]).toEqual(opened[2]);
    expect(opened[0]).toEqual(opened[5]);
    expect(opened[0]?.id).toBe(`${example.model}/${opened[0]?.number}`);
    expect((await listReleases(registry, example.model)).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('keeps what it was asked for', async () => {
    const example = await ExampleModel.apply(registry);
    const trigger = await example.trigger();
    const { id } = await openRelease(registry, {
      model: example.model,
      runId: randomUUID(),
      specDigest: 'spec-1',
      trigger,
      overrideGates: true,
      shuffleLabels: true,
      asOf: '1997-05-01T00:00:00.000Z',
    });
    expect(await getRelease(registry, id)).toMatchObject({
      triggerId: trigger.id,
      specDigest: 'spec-1',
      overrideGates: true,
      shuffleLabels: true,
      asOf: '1997-05-01T00:00:00.000Z',
      outcome: null,
      endedAt: null,
      metrics: null,
    });
  });

  it('says where it stands, and ends once: the first word stands', async () => {
    const { id } = await (await ExampleModel.apply(registry)).open();
    await updateRelease(registry, id, { stage: 'train' });
    await updateRelease(registry, id, { datasetDigest: 'sha256:1' });
    expect(await getRelease(registry, id)).toMatchObject({ stage: 'train', datasetDigest: 'sha256:1' });
    await closeRelease(registry, end(id));
    await closeRelease(registry, { ...end(id), outcome: 'failed', because: 'too late' });
    await abandonRelease(registry, id, 'too late as well');
    const ended = await getRelease(registry, id);
    expect(ended).toMatchObject({ outcome: 'promoted', because: 'better by 3 points', metrics: { auc: 0.9 } });
    expect(ended.endedAt?.getTime()).toBeGreaterThanOrEqual(ended.startedAt.getTime());
  });

  it('that was believed lost gives its own end after all', async () => {
    const example = await ExampleModel.apply(registry);
    const { id } = await example.open();
    await abandonRelease(registry, id, 'its workflow is gone');
    expect(await getRelease(registry, id)).toMatchObject({ outcome: 'failed', because: 'its workflow is gone' });
    await closeRelease(registry, end(id));
    await abandonRelease(registry, id, 'gone again');
    expect(await getRelease(registry, id)).toMatchObject({ outcome: 'promoted', because: 'better by 3 points' });
  });

  it('that ended last is the last one, not the one that began last', async () => {
    const example = await ExampleModel.apply(registry);
    const [first, second] = [await example.open(), await example.open()];
    expect(await lastEndedRelease(registry, example.model)).toBeNull();
    await closeRelease(registry, end(second.id));
    await closeRelease(registry, end(first.id));
    expect((await lastEndedRelease(registry, example.model))?.id).toBe(first.id);
  });

  it('that nobody opened is said to be unknown', async () => {
    await expect(getRelease(registry, 'nobody/1')).rejects.toMatchObject({ code: 'PAWL_RELEASE_NOT_FOUND' });
    await expect(updateRelease(registry, 'nobody/1', {})).rejects.toMatchObject({ code: 'PAWL_RELEASE_NOT_FOUND' });
  });
});

describe('a trigger', () => {
  it('is recorded once, and keeps the first release that answered it', async () => {
    const example = await ExampleModel.apply(registry);
    const trigger = {
      id: randomUUID(),
      model: example.model,
      kind: 'drift' as const,
      because: 'vicprice moved',
      by: 'pawl',
      evidence: { psi: [0.4] },
    };
    await recordTrigger(registry, trigger);
    await recordTrigger(registry, { ...trigger, because: 'another', evidence: {} });
    expect(await getTrigger(registry, trigger.id)).toEqual({ ...trigger, release: null, at: expect.any(Date) });
    const [first, second] = [await example.open(), await example.open()];
    await linkTrigger(registry, trigger.id, first.id);
    await linkTrigger(registry, trigger.id, second.id);
    expect((await getTrigger(registry, trigger.id))?.release).toBe(first.id);
    expect((await listTriggers(registry, example.model)).map(({ kind }) => kind)).toEqual(['drift', 'person', 'person']);
    expect(await getTrigger(registry, 'nobody')).toBeNull();
  });
});
