import type { MetricName } from '../spec/evaluation-schema.ts';
import { pinballLoss, poissonDeviance } from '../stats/number-losses.ts';
import type { Answers } from './answers.ts';
import { classMetric } from './class-metric.ts';
import { calibrationBin, calibrationBins, smallest } from './metrics.ts';
import { areaUnderRoc, binnedGap, mean, ratio, type Statistic } from './statistic.ts';

/**
 * A metric of some answers, prepared so that it is told for thousands of samples of the rows without being computed anew: each row's
 * part is worked out once. With all weights 1 it is the metric of `computeMetrics`.
 */
export function weightedMetric(metric: MetricName, label: ArrayLike<number>, answers: Answers): Statistic {
  if (answers.many !== undefined) return classMetric(metric, label, answers);
  const { score, call, terms } = answers;
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
    case 'pinball': {
      const quantile = terms?.quantile ?? NaN;
      return mean(of((row) => pinballLoss(y(row), p(row), quantile)));
    }
    case 'poisson_deviance':
      return mean(of((row) => poissonDeviance(y(row), p(row))));
    case 'r2':
      return determination(label, score);
    case 'auc':
      return areaUnderRoc(label, score);
    case 'ece':
      return binnedGap(
        Uint8Array.from({ length: rows }, (_, row) => calibrationBin(p(row))),
        of((row) => p(row) - y(row)),
        calibrationBins,
      );
  }
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
