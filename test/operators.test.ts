import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getRelease } from '../src/registry/releases.ts';
import { timeline } from '../src/registry/timeline.ts';
import { readAssignment } from '../src/registry/traffic.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl;
let traffic: Traffic;

const stageIs = (id: string, stage: string) =>
  until(`${id} is in ${stage}`, async () => (await getRelease(pawl.registry, id)).stage === stage);
const ended = (id: string) => until(`${id} has ended`, async () => (await getRelease(pawl.registry, id)).outcome !== null);
const shareIs = (share: number) =>
  until(`the share is ${share}`, async () => (await readAssignment(pawl.registry, pawl.model))?.share === share);

/** A signal as the Temporal UI sends it, to whichever workflow a person has open. */
const signal = (kind: keyof typeof workflowId, name: string, ...args: unknown[]) =>
  pawl.client.workflow.getHandle(workflowId[kind](pawl.model)).signal(name, ...args);

async function release(...options: string[]): Promise<string> {
  return ((await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'a try', ...options)) as { release: string })
    .release;
}

const recordRelease = (how: string) => record(pawl.client, 'release', workflowId.release(pawl.model), how);
const recordRollout = (how: string) => record(pawl.client, 'rollout', workflowId.rollout(pawl.model), how);

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout, 'release.approval=required');
});

afterAll(async () => {
  await traffic?.stop();
  await pawl?.stop();
});

describe('an approval', () => {
  it('is refused to the one who asked, and lets the version go on when somebody else gives it', async () => {
    const id = await release();
    await stageIs(id, 'approval');
    const own = await pawl.run('approve', pawl.model, '--by', 'ada', '--reason', 'mine is good');
    expect(own.code).toBe(1);
    expect(own.stderr).toMatch(/PAWL_REQUEST_REFUSED.*somebody else must approve it/s);
    expect(await pawl.done('approve', pawl.model, '--by', 'grace', '--reason', 'the numbers hold')).toMatchObject({
      because: 'grace approved v1: the numbers hold',
    });
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'promoted', version: 1 });
    await recordRelease('approved');
  }, 60_000);

  it('ends with a rollback that somebody signals from the Temporal UI while it is awaited', async () => {
    traffic = new Traffic(pawl, await exampleRows('electricity', 300)).start(60);
    const id = await release('--override-gates');
    await stageIs(id, 'approval');
    await signal('release', 'rollback');
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({
      outcome: 'rolled_back',
      because: 'somebody, by signal withdrew it: no reason given',
    });
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
    await recordRelease('withdrawn');
  }, 60_000);
});

describe('a rollout under way', () => {
  it('holds when a person pauses it, goes on when it is resumed, and is cut short by a promote', async () => {
    await pawl.apply(...quickRollout, 'release.ramp=[25%, 100%]', 'release.bake=1h');
    const id = await release('--override-gates');
    await shareIs(0.25);
    await pawl.done('pause', pawl.model, '--by', 'grace', '--reason', 'lunch');
    const paused = (await readAssignment(pawl.registry, pawl.model))?.revision;
    const { sent } = traffic;
    // More than the step asks for, and it does not move.
    await until('200 more requests were sent', () => Promise.resolve(traffic.sent > sent + 200));
    expect((await readAssignment(pawl.registry, pawl.model))?.revision).toBe(paused);
    await pawl.done('resume', pawl.model, '--by', 'grace', '--reason', 'back');
    await shareIs(1);
    const answer = (await pawl.done('promote', pawl.model, '--by', 'grace', '--reason', 'it is good')) as { revision?: number };
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'promoted' });
    expect(answer.revision).toBe((await readAssignment(pawl.registry, pawl.model))?.revision);
    await recordRollout('paused');
  }, 90_000);

  it('ends with a rollback at once, and the answer names the revision that did it', async () => {
    await pawl.apply(...quickRollout, 'release.step.for=1h');
    const before = (await getChampion(pawl.registry, pawl.model))?.version ?? 0;
    const id = await release('--override-gates');
    await shareIs(0.05);
    // Longer than Temporal takes for a summary: a person's words must never stall what they ask for.
    const words = `callers complain ${'as never before '.repeat(100)}`;
    const answer = (await pawl.done('rollback', pawl.model, '--by', 'grace', '--reason', words)) as {
      revision: number;
    };
    expect(await readAssignment(pawl.registry, pawl.model)).toMatchObject({
      revision: answer.revision,
      challenger: null,
      champion: { version: before },
    });
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'rolled_back' });
    await recordRollout('rolled-back-by-hand');
    expect(traffic.failures).toEqual([]);
  }, 60_000);

  it('gives the champion everything again when its release is cancelled from the Temporal UI', async () => {
    const before = (await getChampion(pawl.registry, pawl.model))?.version ?? 0;
    const id = await release('--override-gates');
    await shareIs(0.05);
    await pawl.client.workflow.getHandle(workflowId.release(pawl.model)).cancel();
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'rolled_back', because: 'The rollout was cancelled.' });
    expect(await readAssignment(pawl.registry, pawl.model)).toMatchObject({ challenger: null, champion: { version: before } });
    await recordRollout('cancelled');
  }, 60_000);

  it('leaves every word of it in the timeline, with who said it and why', async () => {
    const said = (await timeline(pawl.registry, pawl.model, 500))
      .filter((row) => row.kind === 'operation')
      .map((row) => row.because);
    for (const words of [
      /ada asks to retrain/,
      /grace asks to approve: the numbers hold/,
      /grace asks to pause: lunch/,
      /grace asks to rollback: callers complain/,
    ]) {
      expect(said.some((line) => words.test(line))).toBe(true);
    }
  });

  it('refuses what makes no sense now, with every reason at once', async () => {
    const { code, stderr } = await pawl.run('promote', pawl.model, '--by', 'grace', '--reason', 'nothing is on trial');
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is nothing to promote/);
    await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'operators');
  });
});
