/**
 * Confidence-based performance estimation: what a binary classifier's metrics are expected to be on rows whose labels are not
 * known, from its calibrated scores alone (NannyML's CBPE; J. Białek, W. Kuberski, N. Perrakis, A. Bifet, "Estimating Model
 * Performance Under Covariate Shift Without Labels", arXiv 2401.08348, section 4). A row that is called positive with a
 * probability p counts p as a true and 1 - p as a false positive.
 *
 * It holds while the scores stay calibrated. It is blind to concept drift: where the same features come to mean something else,
 * the scores are as confident as before.
 */

/** An estimate and the interval that the metric of the real labels lies in. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Expected counts of the four cells. */
interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** What is known of the scores' calibration: of how many labelled rows it is, and the spread of right - expected there. */
export interface CalibrationError {
  readonly rows: number;
  /** Standard deviation of (right or wrong, 1 or 0) - (its expected value) over these rows. */
  readonly deviation: number;
}

/**
 * Estimated accuracy, precision, recall and f1. Without rows called positive there is no precision, and f1 is 0.
 * @param probability calibrated probability of the positive class, 0 to 1, of each row
 * @param positive whether the version calls the row positive; as many
 */
export function estimateMetrics(probability: ArrayLike<number>, positive: ArrayLike<boolean | number>): Record<string, number> {
  if (probability.length === 0) return {};
  const { truePositive, falsePositive, falseNegative, trueNegative } = expectedConfusion(probability, positive);
  const metrics = {
    accuracy: (truePositive + trueNegative) / probability.length,
    precision: truePositive / (truePositive + falsePositive),
    recall: truePositive / (truePositive + falseNegative),
    f1: truePositive / (truePositive + 0.5 * (falsePositive + falseNegative)),
  };
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/**
 * Estimated accuracy with its interval: `z` standard deviations of the accuracy itself, which is a mean of independent draws of
 * different chances (Poisson binomial), and of what the calibration, made of finitely many rows, may be wrong by. Clipped to
 * [0, 1].
 * @throws RangeError without rows
 */
export function estimateAccuracy(
  probability: ArrayLike<number>,
  positive: ArrayLike<boolean | number>,
  calibration: CalibrationError,
  z: number,
): Estimate {
  const rows = probability.length;
  if (rows === 0) throw new RangeError('No rows to estimate from.');
  let [right, variance] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const p = probability[i] ?? 0;
    const chance = positive[i] ? p : 1 - p;
    right += chance;
    variance += chance * (1 - chance);
  }
  const learned = calibration.rows > 0 ? calibration.deviation ** 2 / calibration.rows : 0;
  const half = z * Math.sqrt(variance / rows ** 2 + learned);
  const value = right / rows;
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/**
 * Estimated area under the ROC curve: the expected share of pairs of a positive and a negative row that the score orders rightly,
 * ties counting half. NaN where all rows are certain to be of one class.
 * @param score what the version says, which orders the rows; as many as `probability`
 */
export function estimateAuc(probability: ArrayLike<number>, score: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: score.length }, (_, i) => i).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
  let [positives, negatives, area] = [0, 0, 0];
  for (let start = 0; start < order.length;) {
    let [end, up, right] = [start, 0, 0];
    for (; end < order.length && score[order[end] ?? 0] === score[order[start] ?? 0]; end++) {
      const p = probability[order[end] ?? 0] ?? 0;
      up += p;
      right += 1 - p;
    }
    area += right * (positives + up / 2);
    positives += up;
    negatives += right;
    start = end;
  }
  return area / (positives * negatives);
}

function expectedConfusion(probability: ArrayLike<number>, positive: ArrayLike<boolean | number>): Confusion {
  let [truePositive, falsePositive, falseNegative, trueNegative] = [0, 0, 0, 0];
  for (let i = 0; i < probability.length; i++) {
    const p = probability[i] ?? 0;
    if (positive[i]) {
      truePositive += p;
      falsePositive += 1 - p;
    } else {
      falseNegative += p;
      trueNegative += 1 - p;
    }
  }
  return { truePositive, falsePositive, falseNegative, trueNegative };
}
