import { setImmediate as nextTurn } from 'node:timers/promises';
import { normalDistribution, normalQuantile } from '../stats/normal.ts';
import { Random } from '../training/random.ts';
import type { Statistic } from './statistic.ts';

/** What a number may really be: each end holds with the confidence that was asked for. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Samples, where rows are few enough; draws in all, where they are not; the fewest samples of any size. */
const mostSamples = 2000;
const mostDraws = 40_000_000;
const fewestSamples = 400;
/** Groups of rows that are left out one after the other for the acceleration; rows where there are fewer. */
const mostGroups = 1000;
/** The samples are the same for the same rows, so that a second look says the same. */
const seed = 1;
/** ms of work between two turns of the event loop. */
const turn = 20;

/**
 * The bias-corrected and accelerated bootstrap intervals (B. Efron, JASA 82, 1987, 171-185, formula 3.8) of some numbers of the same
 * rows: rows are drawn with replacement, all numbers are told of the same draws. 2,000 samples, fewer above 20,000 rows and never
 * fewer than 400; the generator's seed is 1. A sample in which a number has no value (an AUC of one class) is left out of it.
 *
 * Rows of which neighbours are alike are drawn in blocks that run on past the last row to the first (the circular block bootstrap:
 * D. Politis and J. Romano, 1992), which keeps what they have in common.
 * @param confidence of each end, above 0.5: 0.95 is what is usually called a 90 % interval
 * @param block rows that are drawn together; 1 where rows are independent
 * @param work values that a statistic goes through: more than there are rows where each has a probability for each of many classes. Of
 *   so many samples are fewer drawn, as of more rows
 * @returns null where a number has no value, or has none in more than half of the samples
 */
export async function bootstrapIntervals(
  rows: number,
  statistics: readonly Statistic[],
  confidence: number,
  block = 1,
  work = rows,
): Promise<(Interval | null)[]> {
  const random = new Random(seed);
  const samples = Math.max(fewestSamples, Math.min(mostSamples, Math.floor(mostDraws / Math.max(1, work))));
  const groups = work > rows ? Math.min(mostGroups, samples) : mostGroups;
  const values = statistics.map((): number[] => []);
  const weights = new Uint16Array(rows);
  let rested = performance.now();
  for (let sample = 0; sample < samples; sample++) {
    weights.fill(0);
    for (let drawn = 0; drawn < rows; drawn += block) {
      const first = random.below(rows);
      for (let row = first; row < first + Math.min(block, rows - drawn); row++)
        weights[row % rows] = (weights[row % rows] as number) + 1;
    }
    statistics.forEach((statistic, i) => {
      const value = statistic(weights);
      if (Number.isFinite(value)) values[i]?.push(value);
    });
    if (performance.now() - rested > turn) {
      await nextTurn();
      rested = performance.now();
    }
  }
  const intervals: (Interval | null)[] = [];
  for (const [i, statistic] of statistics.entries()) {
    const found = Float64Array.from(values[i] ?? []).toSorted();
    const value = statistic(weights.fill(1));
    if (!Number.isFinite(value) || found.length * 2 < samples) intervals.push(null);
    else intervals.push(accelerated(found, value, await acceleration(rows, statistic, block, groups), confidence));
  }
  return intervals;
}

/** Efron's formula 3.8 on what was found in the samples, ascending. */
function accelerated(found: Float64Array, value: number, a: number, confidence: number): Interval {
  let [less, equal] = [0, 0];
  for (const one of found) {
    if (one < value) less++;
    else if (one === value) equal++;
  }
  const bias = normalQuantile((less + equal / 2) / found.length);
  const end = (share: number) => {
    // The number lies beyond all samples, or is the same in all of them: there is nothing to correct by.
    if (!Number.isFinite(bias)) return quantile(found, share);
    const z = bias + normalQuantile(share);
    return quantile(found, normalDistribution(bias + z / (1 - a * z)));
  };
  return { low: end(1 - confidence), high: end(confidence) };
}

/** The acceleration by leaving out one row, block, or one of 1,000 groups of rows, after the other (formula 6.6 there). */
async function acceleration(rows: number, statistic: Statistic, block: number, most: number): Promise<number> {
  const groups = Math.max(1, Math.min(Math.floor(rows / block), most));
  const weights = new Uint16Array(rows).fill(1);
  const without: number[] = [];
  let rested = performance.now();
  for (let group = 0; group < groups; group++) {
    const [from, to] = [Math.floor((group * rows) / groups), Math.floor(((group + 1) * rows) / groups)];
    const value = statistic(weights.fill(0, from, to));
    weights.fill(1, from, to);
    if (Number.isFinite(value)) without.push(value);
    if (performance.now() - rested > turn) {
      await nextTurn();
      rested = performance.now();
    }
  }
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
  let [squares, cubes] = [0, 0];
  for (const value of without) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Of ascending values, with straight lines in between (R. Hyndman and Y. Fan, The American Statistician 50, 1996, definition 7). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
