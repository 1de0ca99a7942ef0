/** A number of some rows, of which each counts as often as its weight says. NaN where it has no value. */
export type Statistic = (weights: ArrayLike<number>) => number;

/** The mean of a number of each row. */
export function mean(values: Float64Array): Statistic {
  return ratio(values, new Float64Array(values.length).fill(1));
}

/** The sum of the one over the sum of the other. */
export function ratio(above: Float64Array, below: Float64Array): Statistic {
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

/** The area under the ROC curve, as in metrics.ts, by one pass over the rows in the order of their scores. @param label 1 for a positive row */
export function areaUnderRoc(label: ArrayLike<number>, score: ArrayLike<number>): Statistic {
  const order = Uint32Array.from({ length: label.length }, (_, i) => i).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0));
  const positive = Uint8Array.from(order, (row) => (label[row] === 1 ? 1 : 0));
  // 1 where a row's score is that of the row before it.
  const tied = Uint8Array.from(order, (row, i) => (i > 0 && score[row] === score[order[i - 1] ?? 0] ? 1 : 0));
  return (weights) => {
    let [wins, below, all, positives, negatives] = [0, 0, 0, 0, 0];
    for (let i = 0; i < order.length; i++) {
      if (tied[i] === 0) {
        wins += positives * (below + negatives / 2);
        below += negatives;
        all += positives;
        positives = negatives = 0;
      }
      const weight = weights[order[i] as number] as number;
      if (positive[i] === 1) positives += weight;
      else negatives += weight;
    }
    wins += positives * (below + negatives / 2);
    below += negatives;
    all += positives;
    return wins / (all * below);
  };
}

/**
 * How far two numbers of each row are apart, in sums over bins of the rows, as a share of all rows: an expected calibration error.
 * @param bin of each row, from 0 @param off of each row the one number less the other
 */
export function binnedGap(bin: Uint8Array, off: Float64Array, bins: number): Statistic {
  return (weights) => {
    const sums = new Float64Array(bins);
    let count = 0;
    for (let row = 0; row < off.length; row++) {
      const weight = weights[row] as number;
      sums[bin[row] as number] = (sums[bin[row] as number] as number) + weight * (off[row] as number);
      count += weight;
    }
    return sums.reduce((sum, value) => sum + Math.abs(value), 0) / count;
  };
}
