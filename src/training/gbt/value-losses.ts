import { deriveSquared } from './kernel/squared.ts';
import type { Loss, Target } from './loss.ts';
import { weigh, weightedMean } from './weighted-mean.ts';
import { weightedQuantile } from './weighted-quantile.ts';

/** (score - y)²/2; it starts from the mean. */
export function squaredLoss({ label, weights, learned }: Target): Loss {
  return {
    outputs: 1,
    link: 'identity',
    base: [Math.fround(weightedMean(weights, 0, learned, (row) => label[row] as number))],
    inKernel: 'squared',
    derive(_, [score = new Float64Array()], into) {
      deriveSquared(score, label, learned, into);
      weigh(into, weights, learned);
    },
    mean: ([score = new Float64Array()], from, to) =>
      weightedMean(weights, from, to, (row) => ((score[row] as number) - (label[row] as number)) ** 2 / 2),
  };
}

/**
 * The quantile loss: alpha times what the score is below the label, 1 - alpha times what it is above (R. Koenker and G. Bassett,
 * Econometrica 46, 1978). Half of it all, alpha = 1/2, is the absolute loss. Its second derivative is nothing, so splits are sought as
 * if it were 1, and each leaf then takes the weighted quantile of its residuals (J. Friedman, 2001, algorithm 3, for the median).
 */
export function quantileLoss({ label, weights, learned }: Target, alpha: number): Loss {
  const values = new Float64Array(learned);
  const ofValues = weights === null ? null : new Float64Array(learned);
  /** The quantile of what `valueOf` says of rows that weigh anything; null where there are none. */
  const quantileOf = (rows: number, rowAt: (i: number) => number, valueOf: (row: number) => number): number | null => {
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const row = rowAt(i);
      const weight = weights === null ? 1 : (weights[row] as number);
      if (weight === 0) continue;
      values[count] = valueOf(row);
      if (ofValues !== null) ofValues[count] = weight;
      count++;
    }
    return count === 0 ? null : weightedQuantile(values.subarray(0, count), ofValues?.subarray(0, count) ?? null, alpha);
  };
  return {
    outputs: 1,
    link: 'identity',
    base: [
      Math.fround(
        quantileOf(
          learned,
          (row) => row,
          (row) => label[row] as number,
        ) ?? 0,
      ),
    ],
    derive(_, [score = new Float64Array()], into) {
      for (let row = 0; row < learned; row++) {
        into.gradient[row] = (score[row] as number) > (label[row] as number) ? 1 - alpha : -alpha;
      }
      into.hessian.fill(1, 0, learned);
      weigh(into, weights, learned);
    },
    leafValue: (step, rows, [score = new Float64Array()]) =>
      quantileOf(
        rows.length,
        (i) => rows[i] as number,
        (row) => (label[row] as number) - (score[row] as number),
      ) ?? step,
    mean: ([score = new Float64Array()], from, to) =>
      weightedMean(weights, from, to, (row) => {
        const below = (label[row] as number) - (score[row] as number);
        return below >= 0 ? alpha * below : (alpha - 1) * below;
      }),
  };
}

/**
 * The Poisson loss e^s - y s of counts, s the log of their mean; it starts from the log of the mean. A Newton step up overshoots without
 * bound where a leaf's labels are far above what is expected of them: Y/M - 1 for labels of Y and an expectation of M, while log(Y/M)
 * is best. So steps up are the best ones, log(1 + step), and steps down, which never pass -1, are Newton's.
 */
export function poissonLoss({ label, weights, learned }: Target): Loss {
  return {
    outputs: 1,
    link: 'exp',
    base: [Math.fround(Math.log(weightedMean(weights, 0, learned, (row) => label[row] as number)))],
    derive(_, [score = new Float64Array()], into) {
      for (let row = 0; row < learned; row++) {
        const expected = Math.exp(score[row] as number);
        into.gradient[row] = expected - (label[row] as number);
        into.hessian[row] = expected;
      }
      weigh(into, weights, learned);
    },
    leafValue: (step) => (step > 0 ? Math.log1p(step) : step),
    mean: ([score = new Float64Array()], from, to) =>
      weightedMean(weights, from, to, (row) => Math.exp(score[row] as number) - (label[row] as number) * (score[row] as number)),
  };
}
