import type { Bar } from '../bars.ts';
import { inWords } from '../../src/stats/wording.ts';
import { median } from '../statistics.ts';
import type { Problem } from './problem.ts';
import type { Run } from './run.ts';

/** How many times as long as LightGBM a training may take with the same threads. */
const slowest = 1.3;
/** By how much AUC may be worse, and RMSE as a share. */
const [worseAuc, worseRmse] = [0.001, 0.005];
/** How many times as many rows a second as River's FTRL. */
const asManyRows = 10;

export const threadCounts = [1, 2] as const;

export const inThreads = (threads: number) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Of one problem: time with each number of threads, memory, and how good the models are. */
export function gbtBars({ name, task }: Problem, runs: readonly Run[]): Bar[] {
  const of = (by: string) => runs.filter((run) => run.problem === name && run.by === by);
  const [own, theirs] = [of('pawl'), of('lightgbm')];
  const measured = own.length > 0;
  const atMost = (what: string, unit: string, bar: number, value: number): Bar => ({
    name: `${name}: ${what}`,
    unit,
    wanted: 'at most',
    bar,
    value: measured ? value : null,
  });
  const quality = mean(own) - mean(theirs);
  return [
    ...threadCounts.map((threads) =>
      atMost(`time against LightGBM, ${inThreads(threads)}`, 'times', slowest, timeRatio(own, theirs, threads)),
    ),
    atMost(
      'peak memory against LightGBM',
      'times',
      1,
      Math.max(...threadCounts.map((threads) => middle(own, threads, 'memory') / middle(theirs, threads, 'memory'))),
    ),
    task === 'regression'
      ? atMost('RMSE above that of LightGBM, of five seeds', '%', 100 * worseRmse, (100 * quality) / mean(theirs))
      : atMost('AUC below that of LightGBM, of five seeds', 'thousandths', 1000 * worseAuc, -1000 * quality),
  ];
}

/** Rows a second, medians of rounds: River, which takes rows one by one, is given fewer of them. */
export function ftrlBar(name: string, runs: readonly Run[]): Bar {
  const own = runs.filter((run) => run.problem === name);
  const speed = (by: string) => median(own.filter((run) => run.by === by).map((run) => run.rows / run.seconds));
  const value = own.some(({ by }) => by === 'river') ? speed('pawl') / speed('river') : null;
  return { name: `${name}: rows a second against River`, unit: 'times', wanted: 'at least', bar: asManyRows, value };
}

/** The median of the ratios of pairs that ran one after the other on the same rows. */
export function timeRatio(own: readonly Run[], theirs: readonly Run[], threads: number): number {
  return median(
    own
      .filter((run) => run.threads === threads)
      .map((run) => run.seconds / (theirs.find((other) => other.threads === threads && other.seed === run.seed)?.seconds ?? NaN)),
  );
}

export const head = ['learned', 'threads', 'by', 'rows', 'seconds', 'CPU s', 'time', 'MiB', 'AUC or RMSE', 'rounds'];

/** A line for each program and number of threads: medians, and times as multiples of LightGBM's. */
export function lines(runs: readonly Run[]): (string | number)[][] {
  const keys = [...new Set(runs.map((run) => `${run.problem}\n${run.threads}\n${run.by}`))];
  return keys.map((key) => {
    const [problem = '', threads = '', by = ''] = key.split('\n');
    const same = runs.filter((run) => run.problem === problem && String(run.threads) === threads);
    const own = same.filter((run) => run.by === by);
    const peer = same.filter((run) => run.by === 'lightgbm');
    const of = (part: 'seconds' | 'cpu' | 'memory' | 'quality') => median(own.map((run) => run[part]));
    return [
      problem,
      threads,
      by,
      inWords(own[0]?.rows ?? 0),
      of('seconds').toFixed(2),
      of('cpu').toFixed(2),
      peer.length === 0 ? '' : `${timeRatio(own, peer, Number(threads)).toFixed(2)}x`,
      of('memory') === 0 ? '' : (of('memory') / 2 ** 20).toFixed(0),
      of('quality').toFixed(4),
      own.length,
    ];
  });
}

function middle(runs: readonly Run[], threads: number, part: 'seconds' | 'memory'): number {
  return median(runs.filter((run) => run.threads === threads).map((run) => run[part]));
}

/** Over seeds: threads change nothing of what is learned, or little. */
function mean(runs: readonly Run[]): number {
  return runs.reduce((sum, { quality }) => sum + quality, 0) / runs.length;
}
