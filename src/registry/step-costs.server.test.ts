import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { noUsage } from '../steps/step.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { stepCosts } from './step-costs.ts';
import { beginStep, endStep, listSteps, noteStep, type StepKey } from './steps.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const since = new Date(0);
const used = (wallMs: number) => ({ wallMs, cpuMs: 2 * wallMs, bytesRead: 3, bytesWritten: 4 });

async function step(
  model: string,
  key: Pick<StepKey, 'release' | 'step'> & Partial<StepKey>,
  end: { state: 'done' | 'taken' | 'failed'; wallMs: number; takenFrom?: string } | null,
  charged: { project?: string; owner?: string; tags?: Record<string, string> } = {},
): Promise<StepKey> {
  const { project = null, owner = 'ada', tags = {} } = charged;
  const whole = { part: '', attempt: 1, ...key };
  await beginStep(registry, { ...whole, model, project, owner, tags });
  if (end === null) return whole;
  const { state, wallMs, takenFrom = null } = end;
  const left = { inputs: {}, inputsDigest: null, output: null, objects: [], because: null, rows: 1 };
  await endStep(registry, whole, { ...used(wallMs), ...left, state, takenFrom });
  return whole;
}

describe('what steps used', () => {
  it('adds up by project, owner, tag, model, release and step, with what was spared by taking some', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const { id: first } = await example.open();
    const { id: second } = await example.open();
    const charged = { project: 'loans', owner: 'ada', tags: { team: 'risk', stage: 'trial' } };
    await step(model, { release: first, step: 'ingest' }, { state: 'done', wallMs: 100 }, charged);
    await step(model, { release: first, step: 'train' }, { state: 'failed', wallMs: 30 }, charged);
    await step(model, { release: first, step: 'train', attempt: 2 }, { state: 'done', wallMs: 1000 }, charged);
    await step(model, { release: first, step: 'trial', part: '0' }, { state: 'done', wallMs: 500 }, charged);
    await step(model, { release: second, step: 'ingest' }, { state: 'taken', wallMs: 1, takenFrom: first }, { owner: 'bob' });
    await step(model, { release: second, step: 'train' }, { state: 'taken', wallMs: 2, takenFrom: first }, { owner: 'bob' });

    const by = async (grouping: Parameters<typeof stepCosts>[1]['by']) =>
      (await stepCosts(registry, { by: grouping, since, model })).map(({ name, wallMs, spared }) => [
        name,
        wallMs,
        spared.wallMs,
      ]);
    expect(await by('step')).toEqual([
      ['ingest', 101, 100],
      ['train', 1032, 1000],
      ['trial', 500, 0],
    ]);
    expect(await by('release')).toEqual([
      [first, 1630, 0],
      [second, 3, 1100],
    ]);
    expect(await by('project')).toEqual([
      ['loans', 1630, 0],
      [null, 3, 1100],
    ]);
    expect(await by('owner')).toEqual([
      ['ada', 1630, 0],
      ['bob', 3, 1100],
    ]);
    expect(new Set(await by('tag'))).toEqual(
      new Set([
        ['stage=trial', 1630, 0],
        ['team=risk', 1630, 0],
      ]),
    );
    const [whole] = await stepCosts(registry, { by: 'model', since, model });
    expect(whole).toMatchObject({ name: model, model, releases: 2, done: 3, failed: 1, taken: 2, trials: 1, unfinished: 0 });
    expect(whole).toMatchObject({ cpuMs: 2 * 1633, bytesRead: 18, bytesWritten: 24 });
  });

  it('counts what a lost worker had noted, leaves out what began before, and knows all models', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    const { id: release } = await example.open();
    const lost = await step(model, { release, step: 'train' }, null);
    await noteStep(registry, lost, used(700));
    const [train] = await stepCosts(registry, { by: 'step', since, model });
    expect(train).toMatchObject({ wallMs: 700, unfinished: 1, done: 0, spared: noUsage });
    expect(await stepCosts(registry, { by: 'step', since: new Date(Date.now() + 60_000), model })).toEqual([]);
    expect((await stepCosts(registry, { by: 'model', since })).map((row) => row.model)).toContain(model);
  });
});

describe('a step on record', () => {
  it('ends once, is noted on only while it runs, and is never changed or deleted afterwards', async () => {
    const example = await ExampleModel.apply(registry);
    const { id: release } = await example.open();
    const key = await step(example.model, { release, step: 'train' }, { state: 'done', wallMs: 10 });
    await noteStep(registry, key, used(999));
    await step(example.model, { release, step: 'train' }, { state: 'failed', wallMs: 5 });
    expect(await listSteps(registry, release)).toMatchObject([{ state: 'done', wallMs: 10 }]);
    await expect(sql`UPDATE steps SET cpu_ms = 0 WHERE release = ${release}`.execute(registry.db)).rejects.toThrow(/not changed/);
    await expect(sql`DELETE FROM steps WHERE release = ${release}`.execute(registry.db)).rejects.toThrow(/not changed/);
  });
});
