import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillScheduleId, workflowId } from '../src/messages/names.ts';
import { championHistory } from '../src/registry/champion.ts';
import { listDrills } from '../src/registry/drills.ts';
import { getRelease } from '../src/registry/releases.ts';
import { timeline } from '../src/registry/timeline.ts';
import { readAssignment } from '../src/registry/traffic.ts';
import { getVersion } from '../src/registry/versions.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl;
let traffic: Traffic;

const shareIs = (share: number) =>
  until(`the share is ${share}`, async () => (await readAssignment(pawl.registry, pawl.model))?.share === share);
const ended = (id: string) => until(`${id} has ended`, async () => (await getRelease(pawl.registry, id)).outcome !== null);
const drillOf = async (id: string) => (await listDrills(pawl.registry, pawl.model)).find(({ release }) => release === id);

async function begin(...options: string[]): Promise<string> {
  return ((await pawl.done('drill', pawl.model, '--by', 'ada', '--reason', 'a rehearsal', ...options)) as { drill: string })
    .drill;
}

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout);
}, 240_000);

afterAll(async () => {
  await pawl?.client.schedule
    .getHandle(drillScheduleId(pawl.model))
    .delete()
    .catch(() => undefined);
  await traffic?.stop();
  await pawl?.stop();
});

it('is refused while a model has no champion', async () => {
  const { code, stderr } = await pawl.run('drill', pawl.model);
  expect(code).toBe(1);
  expect(stderr).toMatch(/has no champion yet/);
});

describe('a drill of a model with traffic', () => {
  beforeAll(async () => {
    await pawl.done('release', pawl.model, '--reason', 'a version', '--override-gates', '--wait');
    traffic = new Traffic(pawl, await exampleRows('electricity', 300)).start(80);
    // Equal parameters make equal artifacts, and one object of them.
    await pawl.apply(...quickRollout, 'training.params={trees: 60}');
    await pawl.done('release', pawl.model, '--reason', 'another', '--override-gates', '--wait');
  }, 240_000);

  it('ends as planned, with the time to recover, ways back that load, and a champion that has not moved', async () => {
    const before = await championHistory(pawl.registry, pawl.model);
    const { code, value, stderr } = await pawl.run('drill', pawl.model, '--reason', 'a rehearsal', '--wait');
    expect(stderr).toBe('');
    expect(value).toMatchObject({
      drill: `${pawl.model}/3`,
      champion: 2,
      version: 3,
      ended: 'as_planned',
      rule: null,
      recovery: { gateways: 1, late: [] },
      waysBack: [
        { version: 2, loads: true },
        { version: 1, loads: true },
      ],
    });
    expect(code).toBe(0);
    // One after the other under one id: before the next begins.
    await record(pawl.client, 'drill', workflowId.release(pawl.model));
    const { recovery, because } = value as { recovery: { tookMs: number; lastAnswerMs: number }; because: string };
    expect(recovery.tookMs).toBeGreaterThan(0);
    expect(recovery.tookMs).toBeLessThan(120_000);
    expect(recovery.lastAnswerMs).not.toBeNull();
    expect(because).toMatch(
      /^the drill ends here, as planned, .* From the decision until the only gateway followed it took .*v1 was loaded/s,
    );
    expect(await championHistory(pawl.registry, pawl.model)).toEqual(before);
    expect(await readAssignment(pawl.registry, pawl.model)).toMatchObject({
      challenger: null,
      champion: { version: 2 },
      former: { version: 1 },
    });
    expect(await getVersion(pawl.registry, pawl.model, 3)).toMatchObject({
      copyOf: 2,
      digest: (await getVersion(pawl.registry, pawl.model, 2)).digest,
    });
    // The copy answered everybody in its bake.
    expect(traffic.byVersion.get(3)).toBeGreaterThan(20);
    expect(traffic.failures).toEqual([]);
    const said = (await timeline(pawl.registry, pawl.model, 500)).map((row) => row.because);
    expect(said).toContain(`${pawl.model}/3, a drill, ends: ${because}`);
  }, 240_000);

  it('is no release: nothing is promoted by hand, a second one waits, and a rollback ends it', async () => {
    await pawl.apply(...quickRollout, 'release.bake=1h');
    const id = await begin();
    await shareIs(0.05);
    const promote = await pawl.run('promote', pawl.model, '--reason', 'why not');
    expect(promote.code).toBe(1);
    expect(promote.stderr).toMatch(/is a drill with a copy of the champion; there is nothing to promote/);
    expect((await pawl.run('drill', pawl.model)).stderr).toMatch(/is running; a drill comes after it/);
    // Past the monitor, as from the Temporal UI.
    await pawl.client.workflow.getHandle(`rollout/${pawl.model}`).signal('promote', { requestId: 'by-hand' });
    await shareIs(1);
    const answer = (await pawl.done('rollback', pawl.model, '--by', 'grace', '--reason', 'callers complain')) as {
      because: string;
    };
    expect(answer.because).toMatch(/^grace ended the drill: callers complain/);
    await ended(id);
    expect(await drillOf(id)).toMatchObject({ ended: 'interrupted', rule: null, recovery: { gateways: 1, late: [] } });
    await record(pawl.client, 'drill', workflowId.release(pawl.model), 'interrupted');
    expect((await championHistory(pawl.registry, pawl.model)).at(-1)?.version).toBe(2);
  }, 240_000);

  it('gives way to a release that a person asks for', async () => {
    const id = await begin();
    await shareIs(0.05);
    await pawl.apply(...quickRollout, 'training.params={trees: 40}');
    await pawl.done('release', pawl.model, '--reason', 'a better one', '--override-gates');
    await ended(id);
    expect(await drillOf(id)).toMatchObject({ ended: 'interrupted', because: expect.stringMatching(/a release is due/) });
    const next = `${pawl.model}/6`;
    await until('the release runs', async () => (await getRelease(pawl.registry, next).catch(() => null)) !== null);
    await ended(next);
    expect(await getRelease(pawl.registry, next)).toMatchObject({ outcome: 'promoted', drill: false });
    await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'drills');
  }, 240_000);

  it('finds the rule that sees harm where there is none', async () => {
    // It asks what no copy can do: to be better than the champion by a point.
    await pawl.apply(...quickRollout, 'release.rollback_when=[{accuracy: {below_champion_by: -1%, at_least: 20, by: estimate}}]');
    const { code, value } = await pawl.run('drill', pawl.model, '--wait');
    expect(value).toMatchObject({
      ended: 'false_alarm',
      rule: 'accuracy',
      because: expect.stringMatching(/^a false alarm of accuracy: the copy is v\d+ itself/),
    });
    expect(code).toBe(3);
  }, 240_000);

  it('finds a way back that is gone, and puts nothing on trial where the champion could not be loaded', async () => {
    await pawl.apply(...quickRollout);
    const leading = (await championHistory(pawl.registry, pawl.model)).at(-1)?.version ?? 0;
    const { uri: former } = await getVersion(pawl.registry, pawl.model, 2);
    const { uri: champion } = await getVersion(pawl.registry, pawl.model, leading);
    await pawl.store.delete(former);
    const one = await pawl.run('drill', pawl.model, '--wait');
    expect(one.value).toMatchObject({ ended: 'as_planned', waysBack: [{ loads: true }, { version: 2, loads: false }] });
    expect(one.code).toBe(3);
    await pawl.store.delete(champion);
    const other = await pawl.run('drill', pawl.model, '--wait');
    expect(other.value).toMatchObject({ ended: 'no_way_back', version: null, recovery: null });
    expect((other.value as { because: string }).because).toMatch(
      /nothing was tried: v\d+ could not take traffic back\. A way back is broken/,
    );
    expect(other.code).toBe(3);
  }, 240_000);

  it('comes by a Schedule that is kept in step with the spec', async () => {
    const handle = pawl.client.schedule.getHandle(drillScheduleId(pawl.model));
    expect(await pawl.apply(...quickRollout, 'release.drill={schedule: "0 4 * * 0"}')).toMatchObject({
      drills: 'created',
    });
    const before = (await listDrills(pawl.registry, pawl.model)).length;
    await handle.trigger();
    await until('the scheduled drill has ended', async () => {
      const drills = await listDrills(pawl.registry, pawl.model);
      return drills.length === before + 1 && drills.at(-1)?.ended === 'no_way_back';
    });
    const frozen = ['release.windows={freeze: ["2020-01-01 - 2999-12-31"]}', 'release.drill={schedule: "30 4 * * 0"}'];
    expect(await pawl.apply(...quickRollout, ...frozen)).toMatchObject({ drills: 'updated' });
    await handle.trigger();
    await until('the monitor has said why not', async () =>
      (await timeline(pawl.registry, pawl.model, 20)).some(({ because }) =>
        /drill for schedule: Refused: No drill now: a freeze/.test(because),
      ),
    );
    expect(await listDrills(pawl.registry, pawl.model)).toHaveLength(before + 1);
    for await (const run of pawl.client.workflow.list({
      query: `WorkflowType = 'scheduledDrill' AND PawlModel = '${pawl.model}'`,
    }))
      await record(pawl.client, 'scheduledDrill', run.workflowId);
    expect(await pawl.apply(...quickRollout)).toMatchObject({ drills: 'removed' });
  }, 240_000);

  it('is listed with all others, and what they say of the policy', async () => {
    const drills = (await pawl.done('drill', pawl.model, '--list')) as { ended: string }[];
    expect(drills.map((drill) => drill.ended)).toEqual([
      'as_planned',
      'interrupted',
      'interrupted',
      'false_alarm',
      'as_planned',
      'no_way_back',
      'no_way_back',
    ]);
  });
});
