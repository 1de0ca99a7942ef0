import type { Histogram } from '../stats/quantile-sequence.ts';
import type { Random } from '../training/random.ts';
import { binomial, multinomial } from './draws.ts';

/** So many times the share beyond a quantile is kept apart below it: what is less cannot matter to its bounds. */
const kept = 10;
/** More draws a bucket are drawn by bucket. */
const oneByOne = 4;

/** Draws latencies as they were counted, into a histogram of the same buckets. */
export class LatencyDraws {
  /** What is far below the quantile is one bucket, the first. */
  readonly #upTo: readonly number[];
  readonly #chances: Float64Array;
  readonly #cumulative: Float64Array;

  /**
   * @param latency as counted, ms
   * @param slower times that
   * @param quantile the smallest that is asked for, 0 to 1
   */
  constructor(latency: Histogram, slower: number, quantile: number) {
    const all = latency.reduce((sum, [, count]) => sum + count, 0);
    const most = Math.max(0, 1 - kept * (1 - quantile)) * all;
    const upTo: number[] = [];
    const counts: number[] = [];
    let below = 0;
    for (const [value, count] of latency) {
      if (count === 0) continue;
      below += count;
      const last = upTo.length - 1;
      if (last >= 0 && below <= most) {
        upTo[last] = value * slower;
        counts[last] = (counts[last] ?? 0) + count;
      } else {
        upTo.push(value * slower);
        counts.push(count);
      }
    }
    this.#upTo = upTo;
    this.#chances = Float64Array.from(counts, (count) => count / all);
    let sum = 0;
    this.#cumulative = this.#chances.map((chance) => (sum += chance));
  }

  /** Counts of no request. */
  empty(): Float64Array {
    return new Float64Array(this.#upTo.length);
  }

  add(counts: Float64Array, requests: number, random: Random): void {
    const [first = 0] = this.#chances;
    const beyond = binomial(random, requests, 1 - first);
    counts[0] = (counts[0] ?? 0) + requests - beyond;
    if (beyond > oneByOne * counts.length) {
      const drawn = multinomial(random, beyond, this.#chances.subarray(1));
      for (let i = 0; i < drawn.length; i++) counts[i + 1] = (counts[i + 1] ?? 0) + (drawn[i] ?? 0);
      return;
    }
    for (let i = 0; i < beyond; i++) {
      const bucket = this.#bucketAt(first + random.next() * (1 - first));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
  }

  histogram(counts: Float64Array): Histogram {
    return this.#upTo.flatMap((upTo, i) => ((counts[i] ?? 0) > 0 ? [[upTo, counts[i] ?? 0] as const] : []));
  }

  #bucketAt(share: number): number {
    let [low, high] = [0, this.#cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cumulative[middle] ?? 1) > share) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The value that 99 % are up to; null of none. */
export function p99Of(histogram: Histogram): number | null {
  const all = histogram.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [upTo, count] of histogram) if ((below += count) >= 0.99 * all) return upTo;
  return null;
}
