import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { moveChampion } from './champion.ts';
import { recordDecision } from './decisions.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { finishOperation, getOperation, recordOperation } from './operations.ts';
import { openRegistry, type Registry } from './registry.ts';
import { closeRelease } from './releases.ts';
import { timeline } from './timeline.ts';
import { writeRevision } from './traffic.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const decision = (model: string, key: string, release: string | null = null) => ({
  key,
  model,
  release,
  workflow: 'rollout' as const,
  stage: 'ramp 1',
  action: 'advance',
  because: '1,000 requests, 0 errors',
  evidence: { pairs: 7 },
});

describe('a timeline', () => {
  it('tells everything in the order in which it happened, with who and why', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const requestId = randomUUID();
    await recordOperation(registry, { requestId, model, action: 'retrain', by: 'ada', reason: 'first version' });
    const { release, version } = await example.register();
    const revision = example.revision(await example.epoch(), { because: 'v1 begins its bake' });
    await writeRevision(registry, revision);
    await recordDecision(registry, decision(model, `${model}/1`, release));
    await moveChampion(registry, {
      model,
      version,
      release,
      by: 'pawl',
      because: 'the bake is over',
      operationId: revision.operationId,
    });
    await closeRelease(registry, { id: release, outcome: 'promoted', version, because: 'the bake is over', metrics: {} });
    await finishOperation(registry, { requestId, because: `${release} began`, release });

    const lines = await timeline(registry, model, 100);
    expect(lines.map(({ kind, because }) => `${kind}: ${because}`)).toEqual([
      'operation: ada asks to retrain: first version',
      'trigger: person: a test',
      `release: ${release} begins`,
      'revision: revision 1: v1 begins its bake',
      'decision: ramp 1: advance: 1,000 requests, 0 errors',
      'champion: v1 leads: the bake is over',
      `release: ${release} promoted: the bake is over`,
      `operation: retrain for ada: ${release} began`,
    ]);
    expect(lines.map(({ at }) => at.getTime())).toEqual(lines.map(({ at }) => at.getTime()).toSorted((a, b) => a - b));
    expect(lines[5]).toMatchObject({ by: 'pawl', release, version: 1 });
    expect(lines[3]).toMatchObject({ by: null, revision: 1, version: 1 });
  });

  it('gives the newest lines where there are more than asked for', async () => {
    const { model } = await ExampleModel.apply(registry);
    for (let i = 0; i < 6; i++) await recordDecision(registry, { ...decision(model, `${model}/${i}`), because: String(i) });
    expect((await timeline(registry, model, 2)).map(({ because }) => because)).toEqual([
      'ramp 1: advance: 4',
      'ramp 1: advance: 5',
    ]);
    expect(await timeline(registry, 'nobody', 10)).toEqual([]);
  });
});

describe('a decision', () => {
  it('is written once for its key, and never changed', async () => {
    const { model } = await ExampleModel.apply(registry);
    await Promise.all(Array.from({ length: 4 }, () => recordDecision(registry, decision(model, `${model}/same`))));
    expect(await timeline(registry, model, 10)).toHaveLength(1);
    await expect(sql`DELETE FROM decisions`.execute(registry.db)).rejects.toThrow(/append-only/);
  });

  it('may come without evidence', async () => {
    const { model } = await ExampleModel.apply(registry);
    await recordDecision(registry, { ...decision(model, `${model}/bare`), evidence: undefined });
    expect(await timeline(registry, model, 10)).toHaveLength(1);
  });
});

describe('what a person asked for', () => {
  it('is one request however often it is recorded, and ends once', async () => {
    const { model } = await ExampleModel.apply(registry);
    const requestId = randomUUID();
    expect(await getOperation(registry, requestId)).toBeNull();
    await recordOperation(registry, { requestId, model, action: 'rollback', by: 'ada', reason: 'slow' });
    await recordOperation(registry, { requestId, model, action: 'rollback', by: 'bob', reason: 'another' });
    expect(await getOperation(registry, requestId)).toMatchObject({ by: 'ada', finishedAt: null, because: null, revision: null });
    await finishOperation(registry, { requestId, because: 'v2 gave way', revision: 4 });
    await finishOperation(registry, { requestId, because: 'too late' });
    expect(await getOperation(registry, requestId)).toMatchObject({
      because: 'v2 gave way',
      revision: 4,
      release: null,
      finishedAt: expect.any(Date),
    });
  });
});
