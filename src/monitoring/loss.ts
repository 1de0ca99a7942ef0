import type { Task } from '../onnx/signature.ts';
import { type AdwinState, freshAdwin, updateAdwin } from '../stats/adwin.ts';
import {
  freshMeanDetector,
  meanEvidence,
  type MeanDetectorState,
  risenSince,
  updateMeanDetector,
} from '../stats/mean-detector.ts';
import { errorNames, type UsualError } from '../stats/number-losses.ts';
import { freshPageHinkley, type PageHinkleyState, updatePageHinkley } from '../stats/page-hinkley.ts';
import { counted, figure, inWords, percent, points } from '../stats/wording.ts';
import type { Finding } from './state.ts';

/** What the champion lost on at its evaluation, and what it may lose from there on. */
export interface LossBaseline {
  readonly task: Task;
  /** Of a regression that is judged by another error than the MAE. */
  readonly metric?: UsualError;
  /** Share of wrong answers, or mean error, on the rows held out at its release. */
  readonly loss: number;
  /** What it may have been measured too low by, having been measured on few rows. */
  readonly error: number;
  /** Both, plus what the policy allows. */
  readonly allowed: number;
  /**
   * Labels that count as one: neighbouring losses are alike, and a run of mistakes on one bad day is no evidence of as many
   * independent ones. At least 1.
   */
  readonly block: number;
}

/** A detector on the losses of the labelled answers, in the order in which the labels came. Plain JSON. */
export type LossState = {
  /** ms since 1970. */
  readonly since: number;
  /** Of a regression, where the losses are others than absolute errors. */
  readonly metric?: UsualError;
  readonly labels: number;
  /** The mean of about the last hundred losses; null before the first. */
  readonly recent: number | null;
} & (
  | {
      readonly by: 'e-process';
      readonly detector: MeanDetectorState;
      /** Losses of the block that is not full yet, and their sum. */
      readonly partial: { readonly count: number; readonly total: number };
    }
  | { readonly by: 'adwin'; readonly detector: AdwinState; readonly rise: Rise | null }
  | { readonly by: 'page-hinkley'; readonly detector: PageHinkleyState; readonly rise: Rise | null }
);
type Rise = { readonly before: number; readonly after: number };

/** An error beyond so many times what is allowed counts as that: one absurd label must not decide. */
const mostTimes = 10;
const day = 86_400_000;
/** A rise that a detector of its own past reports stands until the losses are this much nearer to what they were before. */
const mended = 0.5;
const recentLosses = 100;
/** An alarm may never come more often than once in so many blocks, however seldom labels come. */
const leastBlocks = 100;

/** A detector that has seen nothing yet. `at`: ms since 1970. */
export function beginLoss(by: LossState['by'], at: number, metric: UsualError = 'mae'): LossState {
  const begin = { since: at, ...(metric === 'mae' ? {} : { metric }), labels: 0, recent: null };
  if (by === 'adwin') return { ...begin, by, detector: freshAdwin, rise: null };
  if (by === 'page-hinkley') return { ...begin, by, detector: freshPageHinkley, rise: null };
  return { ...begin, by, detector: freshMeanDetector, partial: { count: 0, total: 0 } };
}

/**
 * The state after some more losses, and what it alarms for.
 * @param losses 1 for a wrong answer and 0 for a right one; or errors. In the order in which the labels came
 * @param policy.falseAlarmEvery ms between false alarms, on average; the e-process keeps it, at the rate at which labels come
 * @param policy.least labels below which nothing is said
 */
export function watchLoss(
  before: LossState,
  losses: readonly number[],
  baseline: LossBaseline,
  policy: { readonly falseAlarmEvery: number; readonly least: number },
  at: number,
): { state: LossState; finding: Finding | null } {
  const labels = before.labels + losses.length;
  const state = fold({ ...before, labels, recent: recentMean(before.recent, losses) }, losses, baseline);
  const because = labels < policy.least ? null : sentence(state, baseline, policy, at);
  return { state, finding: because === null ? null : { because, features: [] } };
}

function fold(state: LossState, losses: readonly number[], baseline: LossBaseline): LossState {
  if (state.by === 'e-process') {
    const { scale, mean } = unit(baseline);
    const means: number[] = [];
    let { count, total } = state.partial;
    for (const loss of losses) {
      count++;
      total += Math.min(1, loss / scale);
      if (count < baseline.block) continue;
      means.push(total / count);
      [count, total] = [0, 0];
    }
    return { ...state, detector: updateMeanDetector(state.detector, means, mean), partial: { count, total } };
  }
  // Both compare the losses with their own past, in units of what they were at release.
  const unitLoss = baseline.task === 'regression' && baseline.loss > 0 ? baseline.loss : 1;
  const values = losses.map((loss) => loss / unitLoss);
  let { rise } = state;
  if (state.by === 'adwin') {
    const { state: detector, changes } = updateAdwin(state.detector, values);
    for (const { before, after } of changes) rise = after > before ? { before, after } : null;
    return { ...state, detector, rise: stillRisen(rise, state.recent, unitLoss) };
  }
  let { detector } = state;
  for (const value of values) {
    detector = updatePageHinkley(detector, value);
    if (detector.detected && state.recent !== null) rise = { before: detector.mean, after: state.recent / unitLoss };
  }
  return { ...state, detector, rise: stillRisen(rise, state.recent, unitLoss) };
}

function stillRisen(rise: Rise | null, recent: number | null, unitLoss: number): Rise | null {
  if (rise === null || recent === null) return rise;
  return recent / unitLoss > rise.before + mended * (rise.after - rise.before) ? rise : null;
}

function recentMean(before: number | null, losses: readonly number[]): number | null {
  return losses.reduce((mean: number | null, loss) => (mean === null ? loss : mean + (loss - mean) / recentLosses), before);
}

/** What losses are divided by to lie in [0, 1], and the mean there that is allowed. */
function unit({ task, allowed }: LossBaseline): { scale: number; mean: number } {
  if (task === 'regression') return { scale: mostTimes * allowed, mean: 1 / mostTimes };
  return { scale: 1, mean: Math.min(0.99, Math.max(0.001, allowed)) };
}

function sentence(
  state: LossState,
  baseline: LossBaseline,
  { falseAlarmEvery }: { readonly falseAlarmEvery: number },
  at: number,
): string | null {
  const { task, metric = 'mae', loss, error, allowed, block } = baseline;
  const classes = task !== 'regression';
  if (state.by !== 'e-process') {
    if (state.rise === null) return null;
    const { before, after } = state.rise;
    const said = (value: number) => (classes ? percent(value) : figure(value * (baseline.loss > 0 ? baseline.loss : 1)));
    const what = classes
      ? 'the share of wrong answers'
      : metric === 'mae'
        ? 'the mean absolute error'
        : `the ${errorNames[metric]}`;
    return `${what} rose from ${said(before)} to ${said(after)} (${state.by === 'adwin' ? 'ADWIN' : 'Page-Hinkley'}, ${counted(state.labels, 'label')})`;
  }
  // Never taken to come faster than in a day of it: the first labels of a model come all at once.
  const perMs = state.labels / block / Math.max(day, at - state.since);
  const evidence = meanEvidence(state.detector);
  const risen = risenSince(state.detector);
  if (risen === null || evidence < Math.max(leastBlocks, perMs * falseAlarmEvery)) return null;
  const now = risen.mean * unit(baseline).scale;
  const last = `the last ${inWords(risen.count * block)} labelled answers`;
  return classes
    ? `${percent(now)} of ${last} were wrong, where ${percent(loss)} were at release${errorIn(points(error))} and ${points(allowed - loss - error)} more are allowed`
    : `${errorNames[metric]} is ${figure(now)} over ${last}, where it was ${figure(loss)} at release${errorIn(figure(error))} and ${percent(allowed / (loss + error) - 1)} more is allowed`;
}

/** What a value at release may be off by, in words; nothing where that is nothing. */
export const errorIn = (said: string) => (/^0(?: |$)/.test(said) ? '' : ` (± ${said})`);
