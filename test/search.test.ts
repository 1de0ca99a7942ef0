import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { getRelease } from '../src/registry/releases.ts';
import { timeline } from '../src/registry/timeline.ts';
import { listTrials } from '../src/registry/trials.ts';
import { listVersions } from '../src/registry/versions.ts';
import type { JobFile } from '../src/training/command/job.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

const rate = 'training.search.params.learning_rate={ from: 0.02, to: 0.3, scale: log }';
const leaves = 'training.search.params.leaves={ from: 4, to: 64, scale: log, whole: true }';

describe('a release that searches its parameters first', () => {
  let pawl: RunningPawl;

  beforeAll(async () => {
    pawl = await RunningPawl.start({ example: 'electricity', processes: ['pipeline', 'gateway', 'training'] });
  }, 120_000);
  afterAll(() => pawl?.stop());

  const start = async (...options: string[]) => {
    const { release } = (await pawl.done('release', pawl.model, '--reason', 'with a search', ...options)) as { release: string };
    return release;
  };
  const trialsOf = (release: string) => listTrials(pawl.registry, release);
  const ended = (release: string) =>
    until(`${release} has ended`, async () => (await getRelease(pawl.registry, release)).outcome !== null, { seconds: 150 });
  const recordBoth = async (release: string, how = '') => {
    await record(pawl.client, 'search', workflowId.search(release), how.slice(1));
    await record(pawl.client, 'release', workflowId.release(pawl.model), `search${how}`);
  };

  it('trains with what the best trial had; a killed worker costs one trial its work since the checkpoint', async () => {
    const slow = ['training.window=300d', 'training.params.trees=3000', 'training.params.leaves=63'];
    await pawl.apply(...quickRollout, ...slow, rate, leaves, 'training.search.trials=4', 'training.search.rungs=2');
    const release = await start();
    const checkpoints = `checkpoints/${release}/trials/`;
    await until('a trial has saved a checkpoint', async () => (await pawl.store.list(checkpoints)).length > 0);
    await pawl.kill('training');
    const before = (await trialsOf(release)).filter(({ state }) => state === 'done');
    await pawl.startProcess('training', 'training 2');
    await ended(release);

    const trials = await trialsOf(release);
    expect(await getRelease(pawl.registry, release)).toMatchObject({ outcome: 'promoted', version: 1 });
    expect(readFileSync(join(pawl.folder, 'training 2.log'), 'utf8')).toMatch(/a trial goes on from its checkpoint/);
    expect(trials.every(({ state }) => state === 'done')).toBe(true);
    // What was through stays, and is not done again.
    for (const one of before) expect(trials).toContainEqual(one);
    expect(new Set(trials.map(({ trial }) => trial)).size).toBe(4);
    expect(trials.filter(({ rung }) => rung === 1).length).toBeGreaterThanOrEqual(1);
    expect(trials.find(({ trial, rung }) => trial === 1 && rung === 0)).toMatchObject({ params: {}, resource: '1,000 trees' });

    const best = trials.reduce((a, b) => ((b.score ?? 0) > (a.score ?? 0) ? b : a));
    const [version] = await listVersions(pawl.registry, pawl.model);
    const { leaves: drawn = 63 } = best.params;
    expect(version?.params).toMatchObject({ leaves: drawn, trees: best.rung === 0 ? 1000 : 3000 });
    expect(await pawl.store.list(checkpoints)).toEqual([]);

    const lines = (await timeline(pawl.registry, pawl.model, 200)).map(({ because }) => because);
    expect(lines.filter((line) => line.startsWith('search: best: trial ')).length).toBeGreaterThanOrEqual(1);
    expect(lines.find((line) => line.startsWith('search: choose: '))).toMatch(/4 trials made: trial \d with auc 0\.\d+/);

    const told = (await pawl.done('trials', pawl.model)) as Record<string, unknown>;
    expect(told).toMatchObject({ release, metric: 'auc', chosen: { trial: best.trial, rung: best.rung, score: best.score } });
    expect(await pawl.done('card', pawl.model)).toMatchObject({ version: 1, search: told });
    const report = join(pawl.folder, 'release.html');
    await pawl.done('export', release, '--out', report);
    expect(readFileSync(report, 'utf8')).toContain('Every trial, and its score at each look');
    const description = await pawl.client.workflow.getHandle(workflowId.search(release)).describe();
    expect(description.status.name).toBe('COMPLETED');
    await recordBoth(release);
  }, 300_000);

  it('takes trials from the release before where nothing has changed, and searches nothing to evaluate again', async () => {
    const again = await start();
    await ended(again);
    const trials = await trialsOf(again);
    expect(trials.length).toBeGreaterThanOrEqual(5);
    // Which trials go on may be others, as it depends on who ends first.
    const first = trials.filter(({ rung }) => rung === 0);
    expect(first.filter(({ because }) => because !== `taken from ${pawl.model}/1`)).toEqual([]);
    const evaluated = await start('--from', 'evaluate');
    await ended(evaluated);
    expect((await getRelease(pawl.registry, evaluated)).outcome).toBe('rejected');
    expect(await trialsOf(evaluated)).toEqual([]);
  }, 120_000);

  it('is withdrawn with all of its trials, and nothing of them is left', async () => {
    await pawl.apply(
      ...quickRollout,
      'training.window=300d',
      'training.params.trees=20000',
      'training.params.leaves=63',
      rate,
      'training.search.trials=4',
      'training.search.rungs=1',
    );
    const release = await start();
    await until('a trial is in training', async () => (await trialsOf(release)).some(({ state }) => state === 'running'));
    await until('it has saved a checkpoint', async () => (await pawl.store.list(`checkpoints/${release}/`)).length > 0);
    await pawl.done('rollback', pawl.model, '--reason', 'not now');
    await ended(release);
    expect(await getRelease(pawl.registry, release)).toMatchObject({ outcome: 'rolled_back', version: null });
    const states = (await trialsOf(release)).map(({ state }) => state);
    expect(states).toContain('stopped');
    expect(states).not.toContain('running');
    expect(await pawl.store.list(`checkpoints/${release}/`)).toEqual([]);
    await recordBoth(release, '-withdrawn');
  }, 120_000);

  it('fails with a code and the reason where all of its trials fail', async () => {
    await pawl.apply(
      ...quickRollout,
      'training.params.trees=40',
      rate,
      'training.search.trials=6',
      'training.search.metric=auc',
      'training.search.validation=0.01%',
    );
    const release = await start();
    await ended(release);
    const { outcome, because } = await getRelease(pawl.registry, release);
    expect(outcome).toBe('failed');
    expect(because).toMatch(/PAWL_SEARCH_FAILED/);
    expect(because).toMatch(/all failed; trial \d: PAWL_SEARCH_IMPOSSIBLE: 0.01 % of 4,320 rows leave none to learn from/);
    expect((await trialsOf(release)).every(({ state }) => state === 'failed')).toBe(true);
    await recordBoth(release, '-failed');
  }, 120_000);

  it('hands a command a share of the rows, the parameters of the trial, and no champion to go on from', async () => {
    const jobs = join(pawl.folder, 'jobs');
    mkdirSync(jobs);
    writeFileSync(join(pawl.folder, 'example', 'train.sh'), `cp "$PAWL_JOB" "${jobs}/$$.json"; echo "too deep" >&2; exit 64`);
    const depth = 'training.search.params={ depth: { from: 2, to: 900, whole: true } }';
    const command = ['training.trainer=command', 'training.params={ depth: 1 }', 'training.command=[sh, train.sh]'];
    await pawl.apply(...quickRollout, ...command, depth, 'training.search.trials=9');
    const release = await start();
    await ended(release);
    expect((await getRelease(pawl.registry, release)).because).toMatch(
      /PAWL_SEARCH_FAILED.*the first \d trials all failed.*too deep/,
    );
    const told = readdirSync(jobs).map((file) => JSON.parse(readFileSync(join(jobs, file), 'utf8')) as JobFile);
    const drawn = (await trialsOf(release)).map(({ params }) => params['depth'] ?? 1);
    expect(told.map(({ params }) => Number(params['depth'])).toSorted((a, b) => a - b)).toEqual(
      drawn.toSorted((a, b) => Number(a) - Number(b)),
    );
    for (const { prior, data, dataset } of told) {
      expect(prior).toBeNull();
      expect(data.rows).toBeLessThan(dataset.rows / 9);
      expect(data.rows).toBeGreaterThan(dataset.rows / 18);
    }
  }, 120_000);

  it('ends with what it has found when its time is over', async () => {
    await pawl.apply(...quickRollout, 'training.params.trees=3000', rate, 'training.search.trials=200', 'training.search.for=8s');
    const release = await start('--override-gates');
    await until(
      'it has trained',
      async () => (await getRelease(pawl.registry, release)).stage !== 'search' && (await trialsOf(release)).length > 0,
      { seconds: 120 },
    );
    const trials = await trialsOf(release);
    expect(trials.some(({ state }) => state === 'done')).toBe(true);
    expect(trials.every(({ state }) => state !== 'running')).toBe(true);
    expect(new Set(trials.map(({ trial }) => trial)).size).toBeLessThan(200);
    const lines = (await timeline(pawl.registry, pawl.model, 200)).map(({ because }) => because);
    expect(lines.some((line) => line.startsWith('search: choose: 8 s are over: '))).toBe(true);
    await pawl.done('rollback', pawl.model, '--reason', 'seen enough');
    await ended(release);
    await recordBoth(release, '-over');
  }, 200_000);
});
