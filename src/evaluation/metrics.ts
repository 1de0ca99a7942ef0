import type { Task } from '../onnx/signature.ts';
import { type NumberTerms, pinballLoss, plainNumbers, poissonDeviance } from '../stats/number-losses.ts';

/** Bins of the expected calibration error: equal widths over [0, 1]. */
export const calibrationBins = 10;
/** Probabilities are kept this far from 0 and 1 in the log loss, so that one certain mistake is not infinite. */
export const smallest = 1e-15;

/**
 * All metrics of a task over some rows; those of more than two classes are in class-metric.ts.
 * - binary classification: accuracy, auc, f1, precision, recall (at `threshold`), log_loss, brier, ece
 * - regression: mae, rmse, r2, and by its terms pinball and poisson_deviance
 * Where a metric has no value it is left out: auc with one class only, recall and f1 without a positive row, r2 without
 * variance, all of them without rows or where a label or score is no finite number, poisson_deviance where a
 * label is negative or a score not above 0. Precision is 0 where nothing was predicted
 * positive.
 * @param label 0 or 1, or the value; as many as `score`
 * @param score probability of the positive class, or the predicted value
 * @param threshold at or above it the positive class is predicted
 */
export function computeMetrics(
  task: Task,
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  threshold: number,
  terms: NumberTerms = plainNumbers,
): Record<string, number> {
  if (task === 'multiclass-classification') throw new RangeError('Metrics of more than two classes are those of `metricsOf`.');
  if (label.length !== score.length) throw new RangeError(`${label.length} labels and ${score.length} scores do not pair.`);
  for (let i = 0; i < label.length; i++) if (!Number.isFinite(label[i]) || !Number.isFinite(score[i])) return {};
  if (label.length === 0) return {};
  const metrics = task === 'regression' ? regression(label, score, terms) : classification(label, score, threshold);
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function classification(label: ArrayLike<number>, score: ArrayLike<number>, threshold: number): Record<string, number> {
  const n = label.length;
  let [truePositive, falsePositive, falseNegative, right] = [0, 0, 0, 0];
  let [logLoss, brier] = [0, 0];
  for (let i = 0; i < n; i++) {
    const y = label[i] ?? 0;
    const p = score[i] ?? 0;
    const predicted = p >= threshold ? 1 : 0;
    if (predicted === y) right++;
    if (predicted === 1 && y === 1) truePositive++;
    if (predicted === 1 && y === 0) falsePositive++;
    if (predicted === 0 && y === 1) falseNegative++;
    const kept = Math.min(1 - smallest, Math.max(smallest, p));
    logLoss -= y === 1 ? Math.log(kept) : Math.log(1 - kept);
    brier += (p - y) ** 2;
  }
  return {
    accuracy: right / n,
    auc: areaUnderRoc(label, score),
    f1: (2 * truePositive) / (2 * truePositive + falsePositive + falseNegative),
    precision: truePositive === 0 ? 0 : truePositive / (truePositive + falsePositive),
    recall: truePositive / (truePositive + falseNegative),
    log_loss: logLoss / n,
    brier: brier / n,
    ece: calibrationError(label, score),
  };
}

/**
 * Probability that a positive row scores above a negative one, ties counting half: the Mann-Whitney U over the product of the
 * counts, with midranks (J. Hanley and B. McNeil, Radiology 143, 1982). NaN with one class only.
 */
function areaUnderRoc(label: ArrayLike<number>, score: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: label.length }, (_, i) => i).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0));
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && score[order[end] ?? 0] === score[order[start] ?? 0]) end++;
    const midrank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (label[order[i] ?? 0] === 1) {
        ranks += midrank;
        positives++;
      }
    }
    start = end;
  }
  const negatives = label.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** The bin of a probability, from 0; 1 is in the last. */
export function calibrationBin(p: number): number {
  return Math.min(calibrationBins - 1, Math.max(0, Math.floor(p * calibrationBins)));
}

/** Mean distance of confidence and frequency over bins, weighted by their rows (M. Naeini et al., AAAI 2015). */
function calibrationError(label: ArrayLike<number>, score: ArrayLike<number>): number {
  const bins = Array.from({ length: calibrationBins }, () => ({ rows: 0, scores: 0, positives: 0 }));
  for (let i = 0; i < label.length; i++) {
    const p = score[i] ?? 0;
    const bin = bins[calibrationBin(p)];
    if (bin === undefined) continue;
    bin.rows++;
    bin.scores += p;
    bin.positives += label[i] ?? 0;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.scores - bin.positives), 0) / label.length;
}

function regression(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  { quantile, counts }: NumberTerms,
): Record<string, number> {
  const n = label.length;
  let [absolute, squared, sum, varies] = [0, 0, 0, false];
  let [pinball, deviance] = [0, 0];
  for (let i = 0; i < n; i++) {
    const error = (score[i] ?? 0) - (label[i] ?? 0);
    absolute += Math.abs(error);
    squared += error ** 2;
    if (quantile !== null) pinball += pinballLoss(label[i] ?? 0, score[i] ?? 0, quantile);
    if (counts) deviance += poissonDeviance(label[i] ?? 0, score[i] ?? 0);
    sum += label[i] ?? 0;
    varies ||= label[i] !== label[0];
  }
  let total = 0;
  for (let i = 0; i < n; i++) total += ((label[i] ?? 0) - sum / n) ** 2;
  return {
    mae: absolute / n,
    rmse: Math.sqrt(squared / n),
    r2: varies ? 1 - squared / total : NaN,
    ...(quantile === null ? {} : { pinball: pinball / n }),
    ...(counts ? { poisson_deviance: deviance / n } : {}),
  };
}
