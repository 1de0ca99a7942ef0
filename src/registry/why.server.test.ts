import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { breakGlass } from './break-glass.ts';
import { moveChampion } from './champion.ts';
import { recordDecision } from './decisions.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { writeLabels } from './labels.ts';
import { openRegistry, type Registry } from './registry.ts';
import { writeRevision } from './traffic.ts';
import { modelsLabelled, readProvenance } from './why.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

/** v1 leads; v2 of release 2 is on trial in the first step of its ramp, which is over. */
async function rolledOut() {
  const example = await ExampleModel.apply(registry, 1);
  const { model } = example;
  await moveChampion(registry, { model, version: 1, release: `${model}/1`, by: 'pawl', because: 'first', operationId: 'first' });
  const { release, version } = await example.register();
  const epoch = await example.epoch('run');
  const decide = (key: string, workflow: 'release' | 'rollout', stage: string, action: string, because: string) =>
    recordDecision(registry, { key: `${model}/${key}`, model, release, workflow, stage, action, because, evidence: null });
  const write = (n: string, changes: object) =>
    writeRevision(registry, example.revision(epoch, { operationId: `${model}/run/${n}`, ...changes }));
  await decide('approval', 'release', 'approval', 'approve', 'bob approved v2: looks right');
  await write('0', { challenger: 2, share: 0 });
  await decide('run/1', 'rollout', 'shadow', 'advance', 'shadow is over');
  await write('1', { challenger: 2, share: 0.05, segments: ['beta'] });
  await decide('run/2', 'rollout', 'ramp 1', 'promote', 'ada: enough');
  await write('2/end', { champion: 2 });
  return { model, release, version };
}

describe('where an answer came from', () => {
  it('is the traffic then, the step it was, the release, and who let it through', async () => {
    const { model, release, version } = await rolledOut();
    await writeLabels(registry, model, [{ predictionId: 'a', label: '1', observedAt: null }]);
    const why = await readProvenance(registry, { model, id: 'a', version, revision: 2 });
    expect(why).toMatchObject({
      label: { label: '1', observedAt: null },
      traffic: {
        revision: 2,
        champion: 1,
        challenger: 2,
        share: 0.05,
        segments: ['beta'],
        writer: 'rollout',
        isStep: true,
        until: expect.any(Date) as Date,
        ended: { stage: 'ramp 1', action: 'promote', because: 'ada: enough' },
      },
      version: { version: 2, trainer: 'gbt' },
      release: { id: release },
      trigger: { kind: 'person', by: 'ada', because: 'a test' },
      approval: [{ action: 'approve', because: 'bob approved v2: looks right' }],
      decisions: [{ stage: 'shadow' }, { stage: 'ramp 1' }],
      championSince: [],
    });
  });

  it('is no step of a rollout where that has ended, or a person wrote the traffic', async () => {
    const { model } = await rolledOut();
    const after = await readProvenance(registry, { model, id: 'a', version: 1, revision: 3 });
    expect(after).toMatchObject({ label: null, traffic: { writer: 'rollout', isStep: false, ended: null, until: null } });
    expect(after.championSince).toMatchObject([{ by: 'pawl', because: 'first' }]);
    await breakGlass(registry, { model, by: 'eve', reason: 'fire', operationId: 'glass' });
    const broken = await readProvenance(registry, { model, id: 'a', version: 1, revision: 4 });
    expect(broken.traffic).toMatchObject({
      writer: 'break-glass',
      isStep: false,
      because: expect.stringContaining('eve') as string,
    });
  });

  it('is told of the default answer and of a revision that nobody knows as far as it is known', async () => {
    const { model } = await rolledOut();
    expect(await readProvenance(registry, { model, id: 'a', version: 0, revision: 99 })).toMatchObject({
      traffic: null,
      version: null,
      release: null,
      trigger: null,
      gates: [],
      decisions: [],
    });
  });
});

it('a label is found whatever became of its prediction', async () => {
  const [one, other] = [await ExampleModel.apply(registry), await ExampleModel.apply(registry)];
  await writeLabels(registry, one.model, [{ predictionId: 'a', label: '1', observedAt: null }]);
  expect(await modelsLabelled(registry, [one.model, other.model], 'a')).toEqual([one.model]);
  expect(await modelsLabelled(registry, [], 'a')).toEqual([]);
});
