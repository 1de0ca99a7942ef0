import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { getRelease } from '../src/registry/releases.ts';
import { timeline } from '../src/registry/timeline.ts';
import { listRevisions, readAssignment } from '../src/registry/traffic.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl;
let traffic: Traffic;

const ended = (id: string) => until(`${id} has ended`, async () => (await getRelease(pawl.registry, id)).outcome !== null);

async function release(...options: string[]): Promise<string> {
  const asked = await pawl.done('release', pawl.model, '--reason', 'a try', '--override-gates', ...options);
  return (asked as { release: string }).release;
}

/** What the revisions of one version's trial gave it, in their order. */
async function trialOf(version: number) {
  const revisions = await listRevisions(pawl.registry, pawl.model);
  return revisions
    .filter(({ challenger }) => challenger === version)
    .map(({ champion, share, shadowShare, segments }) => ({ champion, share, shadowShare, segments }));
}

const quick = [...quickRollout, 'release.shadow.for=300ms', 'release.bake=300ms'];

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quick);
  const first = await release();
  await ended(first);
  traffic = new Traffic(pawl, await exampleRows('electricity', 300)).start(80);
}, 60_000);

afterAll(async () => {
  await traffic?.stop();
  await pawl?.stop();
});

describe('a rollout by strategy', () => {
  it('blue-green goes from the shadow to everybody at once', async () => {
    await pawl.apply(...quick, 'release.strategy=blue-green', 'release.ramp=[100%]');
    const id = await release();
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'promoted', version: 2 });
    // The old champion is scored beside to the end, so that it is warm and one revision leads back.
    expect(await trialOf(2)).toEqual([0, 1, 1].map((share) => ({ champion: 1, share, shadowShare: 1, segments: null })));
  }, 60_000);

  it('ab splits the callers of its segments for its time, and nobody else until the last step', async () => {
    await pawl.apply(
      ...quick,
      'release.strategy=ab',
      'release.ramp=[50%, 100%]',
      'release.segments=[beta]',
      // Long enough to be looked at.
      'release.step.for=8s',
    );
    const id = await release();
    const { row } = (await exampleRows('electricity', 1))[0] ?? { row: {} };
    // The shadow too is of the segment's callers alone.
    const beta = setInterval(() => void pawl.predict(row, 'someone-0', 'beta'), 50);
    await until('the split is in force', async () => (await readAssignment(pawl.registry, pawl.model))?.share === 0.5);
    const versions = async (segment?: string) => {
      const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => pawl.predict(row, `someone-${i}`, segment)));
      return [...new Set(answers.map(({ version }) => version ?? 0))].toSorted((a, b) => a - b);
    };
    await until('the gateway splits', async () => (await versions('beta')).length === 2);
    expect(await versions()).toEqual([2]);
    expect(await pawl.done('status', pawl.model)).toMatchObject({ traffic: { share: 0.5, segments: ['beta'] } });
    await ended(id);
    clearInterval(beta);
    expect(await getRelease(pawl.registry, id)).toMatchObject({ outcome: 'promoted', version: 3 });
    expect(await trialOf(3)).toMatchObject([
      { share: 0, segments: ['beta'] },
      { share: 0.5, segments: ['beta'] },
      { share: 1, segments: null },
      { share: 1, segments: null },
    ]);
    await record(pawl.client, 'rollout', workflowId.rollout(pawl.model), 'segments');
  }, 90_000);

  it('bandit takes the callers away from a version that is wrong more often, within its step', async () => {
    await pawl.apply(
      ...quick,
      'release.strategy=bandit',
      'release.ramp=[60%, 100%]',
      'release.step.for=1h',
      'release.rollback_when=[{error_rate: {above: 50%}}]',
      'release.hypothesis=labels may be shuffled',
      'release.success=accuracy',
    );
    const id = await release('--shuffle-labels');
    await until('the share has fallen', async () => {
      const assignment = await readAssignment(pawl.registry, pawl.model);
      return assignment?.challenger?.version === 4 && assignment.share > 0 && assignment.share < 0.1;
    });
    await until('the gateway has it in force', async () => ((await pawl.shareInForce()) ?? 1) < 0.1);
    expect((await trialOf(4)).map(({ share }) => share).slice(0, 2)).toEqual([0, 0.5]);
    const told = (await timeline(pawl.registry, pawl.model, 100)).map(({ because }) => because);
    expect(
      told.some((line) =>
        /the challenger is the better one with a probability of (less than )?[\d.]+ %: \d+ right of \d+ against/.test(line),
      ),
    ).toBe(true);
    await pawl.done('rollback', pawl.model, '--by', 'grace', '--reason', 'seen enough');
    await ended(id);
    expect(await getRelease(pawl.registry, id)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringMatching(/^grace rolled it back: seen enough\. "labels may be shuffled" is (refuted|open): accuracy/),
    });
    await record(pawl.client, 'rollout', workflowId.rollout(pawl.model), 'bandit');
    expect(traffic.failures).toEqual([]);
  }, 60_000);
});
