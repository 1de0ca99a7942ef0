import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getChampion } from '../src/registry/champion.ts';
import { listRevisions } from '../src/registry/traffic.ts';
import { workflowId } from '../src/messages/names.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

const examples = ['electricity', 'bike-demand', 'income'];

describe.each(examples)('the loop on %s, with nothing but its pawl.yaml', (example) => {
  let pawl: RunningPawl;
  let traffic: Traffic;

  beforeAll(async () => {
    pawl = await RunningPawl.start({ example });
    await pawl.apply(...quickRollout);
  });

  afterAll(async () => {
    await traffic?.stop();
    if (pawl !== undefined && example === 'electricity') {
      for (const kind of ['monitor', 'release', 'rollout'] as const)
        await record(pawl.client, kind, workflowId[kind](pawl.model));
    }
    await pawl?.stop();
  });

  it('releases a first version that answers', async () => {
    const result = (await pawl.done('release', pawl.model, '--reason', 'first version', '--wait')) as Record<string, unknown>;
    expect(result).toMatchObject({ release: `${pawl.model}/1`, outcome: 'promoted', version: 1 });
    expect(Object.keys(result).toSorted()).toEqual(['because', 'metrics', 'outcome', 'release', 'version']);
    const rows = await exampleRows(example, 200);
    expect(await pawl.predict(rows[0]?.row ?? {}, 'somebody')).toMatchObject({ status: 200, version: 1 });
    traffic = new Traffic(pawl, rows).start(60);
  }, 120_000);

  it('refuses a second version that is no better, with exit code 3 and the numbers', async () => {
    const { code, value } = await pawl.run('release', pawl.model, '--reason', 'nothing has changed', '--wait');
    expect(code).toBe(3);
    expect(value).toMatchObject({ outcome: 'rejected', version: null });
    expect((value as { because: string }).because).toMatch(/\d/);
  }, 120_000);

  it('takes a version through shadow, ramp and bake under live traffic, without one failed request', async () => {
    const result = await pawl.done(
      'release',
      pawl.model,
      '--reason',
      'an equal version, let through',
      '--override-gates',
      '--wait',
    );
    expect(result).toMatchObject({ outcome: 'promoted', version: 2 });
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    const shares = (await listRevisions(pawl.registry, pawl.model))
      .filter((revision) => revision.challenger === 2)
      .map((revision) => revision.share);
    expect(shares).toEqual([0, 0.05, 0.25, 0.5, 1, 1]);
    expect(traffic.byVersion.get(2)).toBeGreaterThan(20);
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(2);
  }, 180_000);

  it('rolls a version that learned nothing back by itself, although it was let through the gates', async () => {
    const again = new Traffic(pawl, await exampleRows(example, 400)).start(80);
    const { code, value } = await pawl.run(
      'release',
      pawl.model,
      '--reason',
      'rehearsal',
      '--override-gates',
      '--shuffle-labels',
      '--wait',
    );
    await again.stop();
    expect({ code, value }).toMatchObject({ code: 3, value: { outcome: 'rolled_back', version: 3 } });
    expect(again.failures).toEqual([]);
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(2);
  }, 180_000);

  it('puts the champion before this one back when a person says so', async () => {
    const answer = await pawl.done('rollback', pawl.model, '--reason', 'v2 feels wrong', '--by', 'ada');
    expect(answer).toMatchObject({ action: 'rollback', because: 'ada rolled back: v2 gives way to v1: v2 feels wrong' });
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
  });
});
