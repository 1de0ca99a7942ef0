import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getRelease } from '../src/registry/releases.ts';
import { readAssignment } from '../src/registry/traffic.ts';
import { listTriggers } from '../src/registry/triggers.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, type LabelledRow, Traffic } from './traffic.ts';

interface End {
  readonly outcome: string;
  readonly where: string;
  readonly because: string;
  readonly at: string;
  readonly exposed: number;
}
interface Alarm {
  readonly action: string;
  readonly because: string;
}
interface Answer {
  readonly limits: readonly string[];
  readonly rollouts: readonly {
    readonly version: number;
    readonly differs: string | null;
    readonly recorded: End;
    readonly replayed: End & { readonly decisions: readonly { readonly stage: string; readonly action: string }[] };
  }[];
  readonly alarms: readonly {
    readonly kind: string;
    readonly differs: string | null;
    readonly recorded: Alarm | null;
    readonly replayed: Alarm | null;
  }[];
}

let pawl: RunningPawl;
const rules =
  'release.rollback_when=[{error_rate: {above: 5%}}, {error_ratio: {above: 1}}, {accuracy: {below_champion_by: 2%, at_least: 50}}]';
const policy = [
  ...quickRollout,
  'release.ramp=[20%, 100%]',
  rules,
  'monitor.every=1s',
  'monitor.on_breach=tell',
  // A machine that is busy answers slowly.
  'monitor.budgets=[]',
  'monitor.performance.at_least=100 labels',
];
const patient = [...policy, 'release.step.for=20s'];

const backtest = async (...set: string[]) =>
  (await pawl.done('backtest', pawl.model, ...set.flatMap((value) => ['--set', value]))) as Answer;

/** Requests of a market whose prices are higher than any before, and whose labels are the other way round. */
async function changedWorld(): Promise<void> {
  const rows = await exampleRows('electricity', 1200);
  const ask = async ({ row, label }: LabelledRow) => {
    const { id } = await pawl.predict({ ...row, nswprice: Number(row['nswprice']) + 0.5 }, 'somebody');
    return { id, label: label === '1' ? '0' : '1' };
  };
  for (let i = 0; i < rows.length; i += 20) {
    const labels = await Promise.all(rows.slice(i, i + 20).map(ask));
    await fetch(`${pawl.gateway}/v1/models/${pawl.model}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ labels }),
    });
  }
}

/** One release that is promoted, one that learned nothing and is rolled back for it, one that a person rolls back; then a change. */
beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...policy);
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  const traffic = new Traffic(pawl, await exampleRows('electricity', 300)).start(80);
  await pawl.done('release', pawl.model, '--reason', 'a good one', '--override-gates', '--wait');
  await pawl.apply(...patient);
  await pawl.run('release', pawl.model, '--reason', 'a bad one', '--override-gates', '--shuffle-labels', '--wait');
  const asked = (await pawl.done('release', pawl.model, '--reason', 'for a person', '--override-gates')) as { release: string };
  await until('it answers callers', async () => (await readAssignment(pawl.registry, pawl.model))?.share === 0.2);
  await sleep(1000);
  await pawl.done('rollback', pawl.model, '--by', 'ada', '--reason', 'seen enough');
  await until('it has ended', async () => (await getRelease(pawl.registry, asked.release)).outcome !== null);
  await traffic.stop();
  await changedWorld();
  const told = async () =>
    (await listTriggers(pawl.registry, pawl.model)).filter(({ by }) => by === 'monitor').map(({ kind }) => kind);
  await until('drift and a fall of performance were told', async () => {
    const kinds = await told();
    return kinds.includes('drift') && kinds.includes('performance');
  });
}, 240_000);

afterAll(() => pawl?.stop());

describe('the policy of then', () => {
  it('decides the recorded rollouts as they were decided, step by step', async () => {
    const { rollouts, limits } = await backtest();
    expect(limits).toEqual([]);
    // The second one was promoted while a step took a second.
    expect(rollouts.map(({ version, differs, recorded }) => [version, recorded.outcome, differs])).toEqual([
      [1, 'promoted', null],
      [2, 'promoted', 'undecided when the record ends, at 20 %; it was promoted'],
      [3, 'rolled_back', null],
      [4, 'rolled_back', null],
    ]);
    const [, , bad, withdrawn] = rollouts;
    expect(bad?.recorded.because).toMatch(/points worse where 2 points are allowed/);
    // On the same pairs, or nearly: labels came between the look that decided and the one of the replay.
    expect(bad?.replayed.because).toMatch(
      /^accuracy [\d.]+ % against [\d.]+ % on [\d,]+ labelled pairs.* points worse where 2 points are allowed/,
    );
    expect(withdrawn?.replayed.because).toBe('ada rolled it back: seen enough');

    const before = (await backtest('release.step.for=1s')).rollouts[1];
    expect(before?.differs).toBeNull();
    expect(before?.replayed.decisions.map(({ stage, action }) => `${stage}: ${action}`)).toEqual([
      'shadow: advance',
      'ramp 1: advance',
      'ramp 2: advance',
      'bake: promote',
    ]);
  }, 120_000);

  it('raises the recorded alarms and no other', async () => {
    // The replay looks up to now, and the monitor did a second ago.
    await expect
      .poll(async () => (await backtest()).alarms.filter(({ differs }) => differs !== null), { timeout: 30_000 })
      .toEqual([]);
    const { alarms } = await backtest();
    expect(alarms.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['drift', 'performance']));
    const fall = alarms.find(({ kind, recorded }) => kind === 'performance' && recorded?.because.includes('labelled answers'));
    for (const alarm of [fall?.recorded, fall?.replayed])
      expect(alarm?.because).toMatch(/% of the last [\d,]+ labelled answers were wrong, where [\d.]+ % were at release/);
  }, 120_000);
});

describe('another policy', () => {
  it('goes by its own rules on the recorded evidence, and says where the record ends before it decides', async () => {
    const blind = await backtest('release.rollback_when=[{error_rate: {above: 5%}}]', 'release.step.for=1h');
    expect(blind.rollouts[2]?.differs).toMatch(/^undecided when the record ends(, at 20 %)?; it was rolled back$/);
    const strict = await backtest('release.rollback_when=[{disagreement: {above: 5%, at_least: 20}}]', 'release.shadow.for=1m');
    expect(strict.rollouts[2]?.replayed).toMatchObject({ outcome: 'rolled_back', where: 'the shadow' });
    expect(strict.rollouts[2]?.replayed.because).toMatch(/^challenger answers [\d.]+ % of \d+ pairs differently/);
    expect(strict.rollouts[2]?.replayed.exposed).toBeLessThanOrEqual(strict.rollouts[2]?.recorded.exposed ?? 0);
  }, 120_000);

  it('answers alarms in its own way, or raises none', async () => {
    const eager = await backtest('monitor.on_breach=retrain', 'monitor.retrain_after=0 labels', 'monitor.cooldown=0s');
    const actions = eager.alarms.map(({ replayed }) => replayed?.action);
    expect(actions).toContain('retrain');
    expect(eager.alarms.find(({ replayed }) => replayed?.action === 'retrain')?.differs).toMatch(/^retrains, and told on record/);
    const calm = await backtest('monitor.performance.accuracy_drop=90%', 'monitor.performance.estimate=false');
    expect(calm.alarms.filter(({ kind }) => kind === 'performance').map(({ differs }) => differs)).toContain(
      'not under the policy',
    );
  }, 120_000);

  it('has all mistakes told as when it is applied, and is of the same model', async () => {
    const wrong = await pawl.run('backtest', pawl.model, '--set', 'release.bake=soon', '--set', 'monitor.every=never');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/PAWL_SPEC_INVALID/);
    expect(wrong.stderr).toMatch(/release\.bake|bake/);
    expect(wrong.stderr).toMatch(/every/);
    const other = await pawl.run('backtest', pawl.model, '--policy', `${pawl.folder}/example/pawl.yaml`);
    expect(other.stderr).toMatch(/model: electricity, where the policy is for electricity-/);
  }, 120_000);
});
