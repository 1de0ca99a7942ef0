import type { MetricName } from '../spec/evaluation-schema.ts';
import type { Answers } from './answers.ts';
import { calibrationBin, calibrationBins, smallest } from './metrics.ts';
import { areaUnderRoc, binnedGap, mean, type Statistic } from './statistic.ts';

/** Metrics of three classes or more, in the order in which they are told. */
export const classMetricNames = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'log_loss', 'brier', 'ece'] as const;

/**
 * A metric of the answers of a model of many classes, prepared as `weightedMetric` is.
 * - accuracy: the share of right answers
 * - recall: the mean of the classes' own, over the classes that have a row (balanced accuracy: K. Brodersen et al., ICPR 2010)
 * - precision, f1: the mean of the classes' own, over the classes that have a row or are predicted (macro average: Y. Yang, Information
 *   Retrieval 1, 1999); 0 where nothing is predicted so
 * - auc: each class against all others, the mean over the classes that have rows on both sides (F. Provost and P. Domingos, 2000,
 *   unweighted; not the pairs of classes of D. Hand and R. Till, 2001)
 * - log_loss: of the class that was right; brier: half the sum of squares over the classes, 0 to 1 (G. Brier, 1950, has the whole sum)
 * - ece: of the top class: how far its probability is from the share of right answers (C. Guo et al., ICML 2017)
 * @param label index of the class
 */
export function classMetric(metric: MetricName, label: ArrayLike<number>, { score, call, many }: Answers): Statistic {
  const rows = label.length;
  const { classes, probabilities } = many ?? { classes: 0, probabilities: [] };
  const calls = call ?? new Uint8Array(rows);
  const of = (value: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => value(row));
  const right = (row: number) => (calls[row] === label[row] ? 1 : 0);
  const p = (row: number, k: number) => probabilities[row * classes + k] ?? NaN;
  switch (metric) {
    case 'accuracy':
      return mean(of(right));
    case 'recall':
      return macro(label, calls, classes, ({ hits, actual }) => (actual === 0 ? null : hits / actual));
    case 'precision':
      return macro(label, calls, classes, ({ hits, actual, called }) => {
        if (actual + called === 0) return null;
        return called === 0 ? 0 : hits / called;
      });
    case 'f1':
      return macro(label, calls, classes, ({ hits, actual, called }) =>
        actual + called === 0 ? null : (2 * hits) / (actual + called),
      );
    case 'log_loss':
      return mean(of((row) => -Math.log(Math.min(1 - smallest, Math.max(smallest, p(row, label[row] ?? 0))))));
    case 'brier':
      return mean(
        of((row) => {
          let sum = 0;
          for (let k = 0; k < classes; k++) sum += (p(row, k) - (label[row] === k ? 1 : 0)) ** 2;
          return sum / 2;
        }),
      );
    case 'ece':
      return binnedGap(
        Uint8Array.from({ length: rows }, (_, row) => calibrationBin(score[row] ?? 0)),
        of((row) => (score[row] ?? 0) - right(row)),
        calibrationBins,
      );
    case 'auc':
      return againstOthers(label, classes, p);
    case 'mae':
    case 'rmse':
    case 'r2':
    case 'pinball':
    case 'poisson_deviance':
      // Of numbers, which classes are not.
      return () => NaN;
  }
}

/** Rows of a class, those that are predicted so, and those of them that are both, by their weights. */
interface ClassCounts {
  readonly hits: number;
  readonly actual: number;
  readonly called: number;
}

/** The mean of a number of each class; of those only that have one. */
function macro(
  label: ArrayLike<number>,
  call: Uint8Array,
  classes: number,
  value: (counts: ClassCounts) => number | null,
): Statistic {
  const [hits, actual, called] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)];
  return (weights) => {
    for (const counts of [hits, actual, called]) counts.fill(0);
    for (let row = 0; row < call.length; row++) {
      const weight = weights[row] as number;
      const [y, k] = [label[row] as number, call[row] as number];
      actual[y] = (actual[y] as number) + weight;
      // An answer that the rows do not know is beyond the end, where nothing is kept.
      if (k < classes) called[k] = (called[k] as number) + weight;
      if (y === k) hits[k] = (hits[k] as number) + weight;
    }
    let [sum, count] = [0, 0];
    for (let k = 0; k < classes; k++) {
      const one = value({ hits: hits[k] as number, actual: actual[k] as number, called: called[k] as number });
      if (one === null) continue;
      sum += one;
      count++;
    }
    return sum / count;
  };
}

function againstOthers(label: ArrayLike<number>, classes: number, p: (row: number, k: number) => number): Statistic {
  const areas = Array.from({ length: classes }, (_, k) =>
    areaUnderRoc(
      Uint8Array.from({ length: label.length }, (__, row) => (label[row] === k ? 1 : 0)),
      Float64Array.from({ length: label.length }, (__, row) => p(row, k)),
    ),
  );
  return (weights) => {
    let [sum, count] = [0, 0];
    for (const area of areas) {
      const one = area(weights);
      if (!Number.isFinite(one)) continue;
      sum += one;
      count++;
    }
    return sum / count;
  };
}
