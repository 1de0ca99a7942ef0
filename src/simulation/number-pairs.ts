import type { PairedCounts } from '../rollout/state.ts';
import { normalDistribution } from '../stats/normal.ts';
import { Random } from '../training/random.ts';
import { normal } from './draws.ts';
import type { Runs } from './runs.ts';
import type { NumberAnswers } from './traffic-profile.ts';

/** Pairs that are drawn from, twice: each with its sides changed over, so that without a scenario neither side is better. */
const drawnFrom = 4096;
/** More at once are drawn as a sum of many, which is normal. */
const oneByOne = 200;
/** What is summed of a pair, of the absolute errors a and b of champion and challenger. */
const sums = 8;

/** Absolute errors of both sides of pairs, and draws of sums over some of them. */
export class NumberPairs {
  /** One after the other: a, b, ab, a^2, b^2, a^4, b^4, a^2 b^2. */
  readonly #rows: Float64Array;
  readonly #mean: Float64Array;
  /** A square root of the covariance of these. */
  readonly #root: Float64Array;

  /** @param larger how much larger the challenger's errors are, as a share */
  constructor(answers: NumberAnswers, larger: number) {
    const { errors, correlation } = answers;
    // Its own generator: all rollouts draw from the same pairs.
    const random = new Random(1);
    const absolute = (z: number) => {
      const rank = Math.abs(2 * normalDistribution(z) - 1);
      return errors[Math.min(errors.length - 1, Math.floor(rank * errors.length))] ?? 0;
    };
    this.#rows = new Float64Array(2 * drawnFrom * sums);
    for (let pair = 0; pair < drawnFrom; pair++) {
      const z = normal(random);
      const other = correlation * z + Math.sqrt(1 - correlation ** 2) * normal(random);
      this.#set(2 * pair, absolute(z), absolute(other) * (1 + larger));
      this.#set(2 * pair + 1, absolute(other), absolute(z) * (1 + larger));
    }
    this.#mean = means(this.#rows);
    this.#root = covarianceRoot(this.#rows, this.#mean);
  }

  #set(row: number, a: number, b: number): void {
    this.#rows.set([a, b, a * b, a ** 2, b ** 2, a ** 4, b ** 4, (a * b) ** 2], row * sums);
  }

  /** Adds the sums over some pairs to those before, in runs of one pair each. */
  add(total: Float64Array, pairs: number, runs: Runs, random: Random): void {
    const { again, whole, begun } = runs.split(pairs);
    this.#addRow(total, runs.current, again);
    this.#addRuns(total, whole, runs.length, random);
    if (begun === 0) return;
    runs.current = random.below(2 * drawnFrom);
    this.#addRow(total, runs.current, begun);
  }

  #addRow(total: Float64Array, row: number, times: number): void {
    for (let k = 0; k < sums && times > 0; k++) total[k] = (total[k] ?? 0) + times * (this.#rows[row * sums + k] ?? 0);
  }

  #addRuns(total: Float64Array, runs: number, length: number, random: Random): void {
    if (runs <= oneByOne) {
      for (let i = 0; i < runs; i++) this.#addRow(total, random.below(2 * drawnFrom), length);
      return;
    }
    const drawn = Float64Array.from({ length: sums }, () => normal(random));
    for (let k = 0; k < sums; k++) {
      let off = 0;
      for (let j = 0; j <= k; j++) off += (this.#root[k * sums + j] ?? 0) * (drawn[j] ?? 0);
      total[k] = Math.max(0, (total[k] ?? 0) + length * (runs * (this.#mean[k] ?? 0) + Math.sqrt(runs) * off));
    }
  }
}

export const noNumberSums = () => new Float64Array(sums);

type Label = Pick<PairedCounts, 'labelled' | 'champion' | 'challenger' | 'standardError' | 'ownErrors' | 'losses'>;

/**
 * What `pairedMetrics` of src/rollout says of so many pairs with these sums. Signs and levels are not among them: pinball is half the
 * absolute error, as where errors are as often above as below, and poisson_deviance the squared one, as of counts of one mean.
 */
export function numberMetrics(total: Float64Array, labelled: number): Label {
  const none = { champion: {}, challenger: {} };
  if (labelled === 0) return { labelled, ...none, standardError: {}, ownErrors: none, losses: {} };
  const [a = 0, b = 0, ab = 0, aa = 0, bb = 0, a4 = 0, b4 = 0, aabb = 0] = Array.from(total, (sum) => sum / labelled);
  /** Of means: the standard error, from the variance of one pair. */
  const error = (variance: number) => (labelled < 2 ? 0 : Math.sqrt(Math.max(0, variance) / (labelled - 1)));
  const ofMae = { champion: aa - a * a, challenger: bb - b * b, both: ab - a * b };
  const ofSquares = { champion: a4 - aa * aa, challenger: b4 - bb * bb, both: aabb - aa * bb };
  const [rmse, other] = [Math.sqrt(bb), Math.sqrt(aa)];
  // The influence of a pair on a root is its influence on the square, over twice the root.
  const scaled = (covariance: number, x: number, y: number) => (x * y === 0 ? 0 : covariance / (4 * x * y));
  const ofRmse = {
    champion: scaled(ofSquares.champion, other, other),
    challenger: scaled(ofSquares.challenger, rmse, rmse),
    both: scaled(ofSquares.both, other, rmse),
  };
  const apart = ({ champion, challenger, both }: typeof ofMae) => error(champion + challenger - 2 * both);
  const own = (side: 'champion' | 'challenger') => {
    const mae = error(ofMae[side]);
    return { mae, rmse: error(ofRmse[side]), pinball: mae / 2, poisson_deviance: error(ofSquares[side]) };
  };
  return {
    labelled,
    champion: { mae: a, rmse: other, pinball: a / 2, poisson_deviance: aa },
    challenger: { mae: b, rmse, pinball: b / 2, poisson_deviance: bb },
    standardError: {
      mae: apart(ofMae),
      rmse: apart(ofRmse),
      pinball: apart(ofMae) / 2,
      poisson_deviance: apart(ofSquares),
    },
    ownErrors: { champion: own('champion'), challenger: own('challenger') },
    losses: {},
  };
}

function means(rows: Float64Array): Float64Array {
  const mean = new Float64Array(sums);
  for (let i = 0; i < rows.length; i++) mean[i % sums] = (mean[i % sums] ?? 0) + ((rows[i] ?? 0) * sums) / rows.length;
  return mean;
}

/** The lower triangle L with L L' the covariance (A.-L. Cholesky); 0 where a sum follows from those before. */
function covarianceRoot(rows: Float64Array, mean: Float64Array): Float64Array {
  const count = rows.length / sums;
  const covariance = new Float64Array(sums * sums);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < sums; i++) {
      const off = (rows[row * sums + i] ?? 0) - (mean[i] ?? 0);
      for (let j = 0; j <= i; j++)
        covariance[i * sums + j] =
          (covariance[i * sums + j] ?? 0) + (off * ((rows[row * sums + j] ?? 0) - (mean[j] ?? 0))) / count;
    }
  }
  const root = new Float64Array(sums * sums);
  for (let i = 0; i < sums; i++) {
    for (let j = 0; j <= i; j++) {
      let left = covariance[i * sums + j] ?? 0;
      for (let k = 0; k < j; k++) left -= (root[i * sums + k] ?? 0) * (root[j * sums + k] ?? 0);
      const pivot = root[j * sums + j] ?? 0;
      const tiny = 1e-12 * (covariance[i * sums + i] ?? 0);
      root[i * sums + j] = i === j ? (left > tiny ? Math.sqrt(left) : 0) : pivot > 0 ? left / pivot : 0;
    }
  }
  return root;
}
