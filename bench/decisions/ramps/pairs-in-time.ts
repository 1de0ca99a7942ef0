import { fewerLosses, logEValueAbove } from '../../../src/stats/betting.ts';
import { asymptoticSequence } from '../../../src/stats/confidence-sequence.ts';
import { correlationTime } from '../../../src/stats/correlation-time.ts';
import { Random } from '../../../src/training/random.ts';
import type { PartTable } from '../part.ts';
import { looks, normal } from './worlds.ts';

/** Pairs are looked at from so many on, as `at_least` says where nobody says otherwise, and after so many more. */
const [atLeast, pairsPerLook] = [200, 25];
const pairs = looks * pairsPerLook;

/** What both versions are compared by: right and wrong answers, or errors of different size. */
export const comparisons = ['labels', 'metric'] as const;
type Comparison = (typeof comparisons)[number];

/** Of ramps whose versions are equal on the whole, and whose pairs follow each other as AR(1). */
export interface FalseInTime {
  readonly comparison: Comparison;
  /** Correlation of what is behind a pair with what is behind the next one. */
  readonly phi: number;
  readonly ramps: number;
  /** In how many there was harm where each pair counts as one, and where pairs count as what they are worth, as they do in pawl. */
  readonly each: number;
  readonly asWorth: number;
  /** Pairs that are worth one, on average over the ramps' ends. */
  readonly alike: number;
}

export function nullRampsInTime(comparison: Comparison, phi: number, ramps: number, alpha: number, seed: number): FalseInTime {
  const random = new Random(seed);
  const losses = new Float64Array(pairs);
  let [each, asWorth, alike] = [0, 0, 0];
  for (let ramp = 0; ramp < ramps; ramp++) {
    draw(losses, comparison, phi, random);
    const harm = harmOf(comparison, losses, alpha);
    let [before, after] = [false, false];
    for (let count = atLeast; count <= pairs && !after; count += pairsPerLook) {
      // What is no harm by itself is none where pairs are worth less.
      if (!harm(count, 1)) continue;
      before = true;
      after = harm(count, correlationTime(losses.subarray(0, count)));
    }
    if (before) each++;
    if (after) asWorth++;
    alike += correlationTime(losses) / ramps;
  }
  return { comparison, phi, ramps, each, asWorth, alike };
}

/** What the challenger loses on each pair: 0 on average. */
function draw(losses: Float64Array, comparison: Comparison, phi: number, random: Random): void {
  const fresh = Math.sqrt(1 - phi * phi);
  let [difference, size] = [normal(random), normal(random)];
  for (let i = 0; i < losses.length; i++) {
    difference = phi * difference + fresh * normal(random);
    size = phi * size + fresh * normal(random);
    losses[i] = comparison === 'labels' ? lossOf(difference) : Math.exp(size / 2) * difference;
  }
}

/** One pair in ten disagrees. */
const tail = 1.6449;
const lossOf = (difference: number) => (difference > tail ? 1 : difference < -tail ? -1 : 0);

/** Whether the first `count` losses are harm where `alike` of them are worth one. */
function harmOf(comparison: Comparison, losses: Float64Array, alpha: number): (count: number, alike: number) => boolean {
  let [seen, mean, squares] = [0, 0, 0];
  const counts = [0, 0, 0];
  return (count, alike) => {
    for (; seen < count;) {
      const loss = losses[seen++] ?? 0;
      const off = loss - mean;
      mean += off / seen;
      squares += off * (loss - mean);
      if (comparison === 'labels') counts[loss + 1] = (counts[loss + 1] ?? 0) + 1;
    }
    if (comparison === 'labels')
      return logEValueAbove(fewerLosses({ losses: [-1, 0, 1], counts }, alike), 0) >= Math.log(1 / alpha);
    const standardDeviation = Math.sqrt(squares / (count - 1));
    return asymptoticSequence({ count: count / alike, mean, standardDeviation }, 2 * alpha).low > 0;
  };
}

export function inTimeTable(found: readonly FalseInTime[]): PartTable {
  return {
    title: 'Ramps of equal versions rolled back where pairs follow each other as AR(1), at alpha 5 %',
    head: ['Pairs', 'phi', 'ramps', 'each pair counts', 'as what they are worth', 'pairs worth one'],
    rows: found.map(({ comparison, phi, ramps, each, asWorth, alike }) => [
      `paired ${comparison}`,
      phi,
      ramps,
      each,
      asWorth,
      alike.toFixed(1),
    ]),
  };
}
