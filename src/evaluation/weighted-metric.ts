import type { MetricName } from '../spec/evaluation-schema.ts';
import type { Answers } from './answers.ts';
import { calibrationBin, calibrationBins, smallest } from './metrics.ts';

/** A number of some rows, of which each counts as often as its weight says. NaN where it has no value. */
export type Statistic = (weights: ArrayLike<number>) => number;

/**
 * A metric of some answers, prepared so that it is told for thousands of samples of the rows without being computed anew: each row's
 * part is worked out once. With all weights 1 it is the metric of `computeMetrics`.
 */
export function weightedMetric(metric: MetricName, label: ArrayLike<number>, answers: Answers): Statistic {
  const { score, call } = answers;
  const rows = label.length;
  const of = (value: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => value(row));
  const y = (row: number) => label[row] ?? 0;
  const p = (row: number) => score[row] ?? 0;
  const called = (row: number) => call?.[row] ?? 0;
  switch (metric) {
    case 'accuracy':
      return mean(of((row) => (called(row) === y(row) ? 1 : 0)));
    case 'f1':
      return ratio(
        of((row) => 2 * called(row) * y(row)),
        of((row) => called(row) + y(row)),
      );
    case 'precision': {
      const share = ratio(
        of((row) => called(row) * y(row)),
        of(called),
      );
      // As everywhere: 0 where nothing was predicted positive.
      return (weights) => share(weights) || 0;
    }
    case 'recall':
      return ratio(
        of((row) => called(row) * y(row)),
        of(y),
      );
    case 'log_loss': {
      const kept = (row: number) => Math.min(1 - smallest, Math.max(smallest, p(row)));
      return mean(of((row) => -Math.log(y(row) === 1 ? kept(row) : 1 - kept(row))));
    }
    case 'brier':
      return mean(of((row) => (p(row) - y(row)) ** 2));
    case 'mae':
      return mean(of((row) => Math.abs(p(row) - y(row))));
    case 'rmse': {
      const squared = mean(of((row) => (p(row) - y(row)) ** 2));
      return (weights) => Math.sqrt(squared(weights));
    }
    case 'r2':
      return determination(label, score);
    case 'auc':
      return areaUnderRoc(label, score);
    case 'ece':
      return calibrationError(label, score);
  }
}

function mean(values: Float64Array): Statistic {
  return ratio(values, new Float64Array(values.length).fill(1));
}

/** The sum of the one over the sum of the other. */
function ratio(above: Float64Array, below: Float64Array): Statistic {
  return (weights) => {
    let [a, b] = [0, 0];
    for (let row = 0; row < above.length; row++) {
      const weight = weights[row] as number;
      a += weight * (above[row] as number);
      b += weight * (below[row] as number);
    }
    return b === 0 ? NaN : a / b;
  };
}

function determination(label: ArrayLike<number>, score: ArrayLike<number>): Statistic {
  return (weights) => {
    let [count, sum, squared, varies] = [0, 0, 0, false];
    let first = NaN;
    for (let row = 0; row < label.length; row++) {
      const weight = weights[row] as number;
      if (weight === 0) continue;
      const y = label[row] as number;
      if (Number.isNaN(first)) first = y;
      varies ||= y !== first;
      count += weight;
      sum += weight * y;
      squared += weight * ((score[row] as number) - y) ** 2;
    }
    let total = 0;
    for (let row = 0; row < label.length; row++) total += (weights[row] as number) * ((label[row] as number) - sum / count) ** 2;
    return varies ? 1 - squared / total : NaN;
  };
}

/** As in metrics.ts, by one pass over the rows in the order of their scores. */
function areaUnderRoc(label: ArrayLike<number>, score: ArrayLike<number>): Statistic {
  const order = Uint32Array.from({ length: label.length }, (_, i) => i).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0));
  const positive = Uint8Array.from(order, (row) => (label[row] === 1 ? 1 : 0));
  // 1 where a row's score is that of the row before it.
  const tied = Uint8Array.from(order, (row, i) => (i > 0 && score[row] === score[order[i - 1] ?? 0] ? 1 : 0));
  return (weights) => {
    let [wins, below, positives, negatives] = [0, 0, 0, 0];
    for (let i = 0; i < order.length; i++) {
      if (tied[i] === 0) {
        wins += positives * (below + negatives / 2);
        below += negatives;
        positives = negatives = 0;
      }
      const weight = weights[order[i] as number] as number;
      if (positive[i] === 1) positives += weight;
      else negatives += weight;
    }
    wins += positives * (below + negatives / 2);
    below += negatives;
    let all = 0;
    for (let i = 0; i < order.length; i++) if (positive[i] === 1) all += weights[order[i] as number] as number;
    return wins / (all * below);
  };
}

function calibrationError(label: ArrayLike<number>, score: ArrayLike<number>): Statistic {
  const bin = Uint8Array.from({ length: label.length }, (_, row) => calibrationBin(score[row] ?? 0));
  const off = Float64Array.from(bin, (_, row) => (score[row] ?? 0) - (label[row] ?? 0));
  return (weights) => {
    const sums = new Float64Array(calibrationBins);
    let count = 0;
    for (let row = 0; row < off.length; row++) {
      const weight = weights[row] as number;
      sums[bin[row] as number] = (sums[bin[row] as number] as number) + weight * (off[row] as number);
      count += weight;
    }
    return sums.reduce((sum, value) => sum + Math.abs(value), 0) / count;
  };
}
