import { expect, it } from 'vitest';
import { judge } from '../bars.ts';
import { generated } from './generated.ts';
import { ftrlBar, gbtBars } from './report.ts';
import type { Run } from './run.ts';

const problem = generated('rows', 10);
const run = (by: string, changes: Partial<Run> = {}): Run[] =>
  [1, 2].flatMap((threads) =>
    [1, 2, 3].map((seed) => ({
      problem: 'rows',
      by,
      threads,
      seed,
      seconds: seed,
      cpu: 1,
      memory: 100,
      rows: 10,
      quality: 0.87,
      ...changes,
    })),
  );
const verdicts = (runs: readonly Run[]) => gbtBars(problem, runs).map((bar) => judge(bar)?.held ?? null);

it('all bars hold for equal programs, and none is judged where nothing was measured', () => {
  expect(verdicts([...run('pawl'), ...run('lightgbm')])).toEqual([true, true, true, true]);
  expect(verdicts([])).toEqual([null, null, null, null]);
});

it('each bar is missed by what it is about', () => {
  const slow = run('pawl').map((one) => (one.threads === 2 ? { ...one, seconds: one.seconds * 1.4 } : one));
  expect(verdicts([...slow, ...run('lightgbm')])).toEqual([true, false, true, true]);
  expect(verdicts([...run('pawl', { memory: 101 }), ...run('lightgbm')])).toEqual([true, true, false, true]);
  expect(verdicts([...run('pawl', { quality: 0.8689 }), ...run('lightgbm')])).toEqual([true, true, true, false]);
});

it('rows a second are compared, however many rows each was given, and of these trainings only', () => {
  const of = 'ftrl';
  const online = (riverRows: number) => [
    ...run('pawl', { rows: 1000, problem: of }),
    ...run('river', { rows: riverRows, problem: of }),
    ...run('pawl', { rows: 1 }),
  ];
  const held = (runs: readonly Run[]) => judge(ftrlBar(of, runs))?.held ?? null;
  expect([held(online(100)), held(online(101)), held([])]).toEqual([true, false, null]);
});
