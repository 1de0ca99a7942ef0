import type { MetricName } from '../spec/evaluation-schema.ts';
import { bandwidth } from '../stats/variance-inflation.ts';
import { counted, percent } from '../stats/wording.ts';
import { type Answers, workOf } from './answers.ts';
import { bootstrapIntervals, type Interval } from './bootstrap.ts';
import { effectivePairs, midPValue, pairedAnswers, pairedInflation, scoreInterval } from './paired-accuracy.ts';
import type { Statistic } from './statistic.ts';
import { weightedMetric } from './weighted-metric.ts';

/** Which way each metric is better. */
export const higherIsBetter: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  auc: true,
  f1: true,
  precision: true,
  recall: true,
  r2: true,
  log_loss: false,
  brier: false,
  ece: false,
  mae: false,
  rmse: false,
  pinball: false,
  poisson_deviance: false,
};

/** What a candidate is better by than a champion, on the same rows. */
export interface Comparison {
  /** Points where higher is better, else the share of the champion's own value; below 0 where it is worse. */
  readonly gain: number;
  readonly interval: Interval | null;
  /** How the interval was made, and for what it is a proof of. */
  readonly method: string;
  /** The chance of such an outcome if the candidate were no better; of accuracy only. */
  readonly p?: number;
  /** A half-sentence of what the proof rests on; of accuracy only. */
  readonly evidence?: string;
}

/** What a metric's gain is, of two values of it. */
export const gainOf = (metric: MetricName, candidate: number, champion: number): number =>
  higherIsBetter[metric] ? candidate - champion : 1 - candidate / champion;

/**
 * Accuracy by McNemar's test and Tango's interval, every other metric by the paired bootstrap of its gain.
 * @param confidence of each end of the interval
 * @param inOrder the rows are in time order, where neighbours are alike: they are counted for no more than they say
 */
export async function compare(
  metric: MetricName,
  label: ArrayLike<number>,
  candidate: Answers,
  champion: Answers,
  confidence: number,
  inOrder: boolean,
): Promise<Comparison> {
  if (metric === 'accuracy' && candidate.call !== null && champion.call !== null) {
    const pairs = pairedAnswers(label, candidate.call, champion.call);
    const inflation = inOrder ? pairedInflation(label, candidate.call, champion.call) : 1;
    const { rows, gained, lost } = pairs;
    const alike = inflation < 1.05 ? '' : `, ${inflation.toFixed(1)} of them counted as one because neighbours err alike`;
    return {
      gain: (gained - lost) / rows,
      interval: scoreInterval({ rows: rows / inflation, gained: gained / inflation, lost: lost / inflation }, confidence),
      method: 'McNemar (mid-p), Tango',
      p: midPValue(effectivePairs(pairs, inflation)),
      evidence: `${counted(gained, 'row')} only it got right, ${lost} only the champion${alike}`,
    };
  }
  const [own, other] = [weightedMetric(metric, label, candidate), weightedMetric(metric, label, champion)];
  const gain: Statistic = (weights) => gainOf(metric, own(weights), other(weights));
  const block = inOrder ? bandwidth(label.length) : 1;
  const [interval] = await bootstrapIntervals(label.length, [gain], confidence, block, workOf(label.length, candidate));
  const all = new Uint8Array(label.length).fill(1);
  return { gain: gain(all), interval: interval ?? null, method: 'paired bootstrap (BCa)' };
}

/** Whether a gain above `margin` (0 or below) is proven: no chance with this confidence. */
export function isProven({ gain, interval, p }: Comparison, margin: number, confidence: number): boolean {
  if (p !== undefined && margin === 0) return gain > 0 && p <= 1 - confidence;
  if (interval === null) return false;
  return margin === 0 ? interval.low > 0 : interval.low >= margin;
}

/** `3 rows only it got right, 1 only the champion: p 0.31 (McNemar, mid-p), proof asks for 0.05`, with the words of its test. */
export function proofSentence(comparison: Comparison, margin: number, confidence: number): string {
  const { interval, p, evidence } = comparison;
  const ends = interval === null ? 'has no interval' : `lies between ${signed(interval.low)} and ${signed(interval.high)}`;
  const what = `the gain of ${signed(comparison.gain)} ${ends}, each end with ${percent(confidence)} confidence`;
  const proven = isProven(comparison, margin, confidence) ? 'proven' : 'not proven';
  const test =
    p === undefined || evidence === undefined ? '' : ` (${evidence}; McNemar's p ${p < 0.001 ? 'below 0.001' : p.toFixed(3)})`;
  return `${what}${test}: ${proven} to be ${margin < 0 ? `no worse than ${signed(margin)}` : 'better'}`;
}

const signed = (value: number) => `${value > 0 ? '+' : ''}${Number(value.toFixed(4))}`;
