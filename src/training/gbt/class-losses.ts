import { deriveLogistic } from './kernel/logistic.ts';
import type { Loss, Target } from './loss.ts';
import { weigh, weightedMean } from './weighted-mean.ts';

/** Scores of classes that no row has: nearly never, and not minus infinity. */
const leastShare = 1e-9;

/** The log loss -log p(y) of two classes, p the logistic function of the score; it starts from the log odds. */
export function logLoss({ label, weights, learned }: Target): Loss {
  const mean = weightedMean(weights, 0, learned, (row) => label[row] as number);
  return {
    outputs: 1,
    link: 'logistic',
    inKernel: 'logistic',
    base: [Math.fround(Math.log(mean / (1 - mean)))],
    derive(_, [score = new Float64Array()], into) {
      deriveLogistic(score, label, learned, into);
      weigh(into, weights, learned);
    },
    mean: ([score = new Float64Array()], from, to) =>
      weightedMean(weights, from, to, (row) => {
        // log(1 + e^s) - s for the positive class, without overflow.
        const towards = label[row] === 1 ? -(score[row] as number) : (score[row] as number);
        return Math.max(towards, 0) + Math.log1p(Math.exp(-Math.abs(towards)));
      }),
  };
}

/**
 * The log loss of K classes, their probabilities the softmax of K scores; it starts from the logs of the classes' shares. The second
 * derivative is K/(K-1) p(1-p), of which K = 2 gives the steps of two classes (J. Friedman, "Greedy function approximation", Annals of
 * Statistics 29, 2001, algorithm 6).
 */
export function softmaxLoss({ label, weights, learned }: Target, classes: number): Loss {
  const shares = Array.from({ length: classes }, (_, k) => weightedMean(weights, 0, learned, (row) => Number(label[row] === k)));
  const factor = classes / (classes - 1);
  // log of the sum of e^score over the classes, by row: what all trees of a round share.
  const normaliser = new Float64Array(learned);
  return {
    outputs: classes,
    link: 'softmax',
    base: shares.map((share) => Math.fround(Math.log(Math.max(share, leastShare)))),
    startRound(scores) {
      for (let row = 0; row < learned; row++) normaliser[row] = logSumExp(scores, row);
    },
    derive(output, scores, into) {
      const { gradient, hessian } = into;
      const score = scores[output] as Float64Array;
      for (let row = 0; row < learned; row++) {
        const p = Math.exp((score[row] as number) - (normaliser[row] as number));
        gradient[row] = p - (label[row] === output ? 1 : 0);
        hessian[row] = factor * p * (1 - p);
      }
      weigh(into, weights, learned);
    },
    mean: (scores, from, to) =>
      weightedMean(weights, from, to, (row) => logSumExp(scores, row) - (scores[label[row] as number]?.[row] as number)),
  };
}

function logSumExp(scores: readonly Float64Array[], row: number): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score[row] as number);
  let sum = 0;
  for (const score of scores) sum += Math.exp((score[row] as number) - most);
  return most + Math.log(sum);
}
