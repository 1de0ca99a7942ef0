import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { listSteps } from '../src/registry/steps.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl } from './running-pawl.ts';

interface Line {
  readonly kind: string;
  readonly release: string | null;
  readonly because: string;
}

/** The first version passes, and no other is so much better: a rollout would wait for requests. */
const gates = 'evaluation.gates=[{auc: {at_least: 0.5}}, {accuracy: {better_than_champion_by: 0.5}}]';

describe('steps of releases, with real processes', () => {
  let pawl: RunningPawl;
  const rates = ['cost.project=pricing', 'cost.tags.team=markets', 'cost.per_hour=100 EUR', 'cost.monthly=1000000 EUR'];
  const release = (...options: string[]) =>
    pawl.run('release', pawl.model, '--reason', 'a test', '--by', 'ada', '--wait', ...options);
  const said = async (number: number) =>
    ((await pawl.done('timeline', pawl.model)) as Line[])
      .filter((line) => line.kind === 'step' && line.release === `${pawl.model}/${number}`)
      .map(({ because }) => because);

  beforeAll(async () => {
    pawl = await RunningPawl.start({ example: 'electricity' });
    await pawl.apply(...quickRollout, ...rates, gates);
  }, 120_000);
  afterAll(() => pawl?.stop());

  it('refuses to begin with a later step where no release has come that far, and options that contradict each other', async () => {
    expect((await release('--from', 'train')).stderr).toContain('PAWL_STEP_NOT_FOUND');
    const { code, stderr } = await release('--from', 'train', '--fresh');
    expect(code).toBe(2);
    expect(stderr).toContain('--fresh takes nothing from earlier releases, and --from takes the steps before it.');
    expect((await release('--from', 'ingest')).code).toBe(2);
    expect(await pawl.done('timeline', pawl.model)).toEqual([]);
  }, 60_000);

  it('takes all steps of a release whose inputs are unchanged, and tells it in the timeline and in Temporal', async () => {
    await release();
    expect(await said(1)).toEqual([]);
    await release();
    const from = `taken from ${pawl.model}/1`;
    // Another champion leads by now.
    const again = 'evaluate: evaluated again: champion changed (version none -> 1)';
    expect(await said(2)).toEqual([`ingest: ${from}`, `validate: ${from}`, `train: ${from}`, again]);
    expect((await listSteps(pawl.registry, `${pawl.model}/2`)).map(({ state }) => state).slice(0, 4)).toEqual([
      'taken',
      'taken',
      'taken',
      'done',
    ]);
    const metadata = await pawl.client.workflow
      .getHandle(workflowId.release(pawl.model))
      .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toMatch(new RegExp(`Trained gbt on \\d+ rows; ${from}\\.`));
    await record(pawl.client, 'release', workflowId.release(pawl.model), 'taken');
  }, 120_000);

  it('says what changed where a step is done again, and begins where a person says', async () => {
    await pawl.apply(...quickRollout, ...rates, gates, 'training.params.trees=60');
    await release();
    expect(await said(3)).toContainEqual(expect.stringMatching(/^train: trained again: parameters changed \(trees .* -> 60\)$/));
    rmSync(join(pawl.folder, 'example', 'data', '1996.parquet'));
    await release('--from', 'evaluate');
    expect((await said(4))[0]).toMatch(
      new RegExp(`^ingest: taken from ${pawl.model}/1 as it was, as ada asked to begin with evaluate, although source changed`),
    );
    expect((await said(4))[3]).toBe('evaluate: evaluated again: asked to begin with evaluate');
    await release('--fresh');
    expect((await said(5)).slice(0, 3)).toEqual([
      'ingest: ingested again: asked to take nothing',
      'validate: validated again: asked to take nothing',
      'train: trained again: asked to take nothing',
    ]);
  }, 180_000);

  it('tells what all of it used and cost, and what was spared', async () => {
    const { lines, budget } = (await pawl.done('costs', pawl.model)) as {
      lines: {
        name: string;
        releases: number;
        taken: number;
        cpuMs: number;
        cost: { amount: number; currency: string }[];
        saved: { amount: number }[];
      }[];
      budget: { spent: number; monthly: number; currency: string };
    };
    const train = lines.find(({ name }) => name === 'train');
    expect(train).toMatchObject({ releases: 5, taken: 2 });
    expect(train?.cpuMs).toBeGreaterThan(50);
    expect(train?.saved[0]?.amount).toBeGreaterThan(0);
    const sum = lines.reduce((all, { cost }) => all + (cost[0]?.amount ?? NaN), 0);
    expect(budget).toMatchObject({ monthly: 1_000_000, currency: 'EUR' });
    expect(budget.spent).toBeCloseTo(sum, 6);
    const byTag = (await pawl.done('costs', '--by', 'tag')) as { lines: { name: string }[] };
    expect(byTag.lines.map(({ name }) => name)).toEqual(['team=markets']);
    expect((await pawl.run('costs', pawl.model, '--by', 'colour')).code).toBe(2);
  }, 60_000);
});
