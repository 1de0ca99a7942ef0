import { DDSketch } from '@datadog/sketches-js';

/**
 * Latency as a DDSketch (Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 * PVLDB 12 (2019), 2195-2205). The mapping is fixed: bucket i holds latencies in (g^(i-1), g^i] ms with g = 1.01 / 0.99, so that
 * the buckets of any process and any time add exactly, and a quantile of a sum is within 1 % of the exact one.
 *
 * Kept and added sparsely, as here; the library counts and reads quantiles.
 */
export interface LatencySums {
  /** Requests that took less than can be told from nothing. */
  readonly zeros: number;
  /** Those that are not empty, ascending. */
  readonly buckets: readonly number[];
  /** Requests in each of these buckets. */
  readonly counts: readonly number[];
}

const relativeAccuracy = 0.01;
const { mapping } = new DDSketch({ relativeAccuracy });
/** ms. What is below counts as zero, what is above as this long: a thousand buckets cover all between. */
const [shortest, longest] = [1e-3, 3.6e6];

export const noLatency: LatencySums = { zeros: 0, buckets: [], counts: [] };

/** Counts latencies as they come. */
export class LatencySketch {
  readonly #sketch = new DDSketch({ relativeAccuracy });

  /** NaN and negative ones count as zero. */
  add(ms: number): void {
    this.#sketch.accept(ms >= shortest ? Math.min(ms, longest) : 0);
  }

  sums(): LatencySums {
    const { store, zeroCount } = this.#sketch;
    const buckets: number[] = [];
    const counts: number[] = [];
    for (const [i, count] of store.bins.entries()) {
      if (count === 0) continue;
      buckets.push(i + store.offset);
      counts.push(count);
    }
    return { zeros: zeroCount, buckets, counts };
  }
}

export function addLatency(a: LatencySums, b: LatencySums): LatencySums {
  const total = new Map<number, number>();
  for (const { buckets, counts } of [a, b])
    for (const [i, bucket] of buckets.entries()) total.set(bucket, (total.get(bucket) ?? 0) + (counts[i] ?? 0));
  const ordered = [...total].toSorted(([one], [other]) => one - other);
  return {
    zeros: a.zeros + b.zeros,
    buckets: ordered.map(([bucket]) => bucket),
    counts: ordered.map(([, count]) => count),
  };
}

/** The `q` quantile (0 to 1) in ms, within 1 %; null without a request. */
export function latencyQuantile(sums: LatencySums, q: number): number | null {
  const sketch = new DDSketch({ relativeAccuracy });
  if (sums.zeros > 0) sketch.accept(0, sums.zeros);
  for (const [i, bucket] of sums.buckets.entries()) sketch.accept(mapping.value(bucket), sums.counts[i] ?? 0);
  return sketch.count === 0 ? null : sketch.getValueAtQuantile(Math.min(1, Math.max(0, q)));
}

/** The latency in ms that 99 % of the requests stayed within; null without a request. */
export function latencyP99(sums: LatencySums): number | null {
  return latencyQuantile(sums, 0.99);
}

/** Latencies by about what they are, ms, ascending: within 1 %, as everything here. */
export function latencyHistogram({ zeros, buckets, counts }: LatencySums): (readonly [upTo: number, count: number])[] {
  const bars = buckets.map((bucket, i) => [mapping.value(bucket), counts[i] ?? 0] as const);
  return zeros === 0 ? bars : [[0, zeros], ...bars];
}

/** The first bucket whose latencies count as longer than `ms`, as `slowerThan` has it. */
export function bucketsAbove(ms: number): number {
  const within = Math.min(Math.max(ms, shortest), 2 * longest);
  let bucket = mapping.key(within) - 1;
  while (mapping.value(bucket) <= within) bucket++;
  return bucket;
}

/** How many of the requests took longer than `ms`: exact but for those within 1 % of it. */
export function slowerThan(sums: LatencySums, ms: number): number {
  return sums.buckets.reduce((sum, bucket, i) => sum + (mapping.value(bucket) > ms ? (sums.counts[i] ?? 0) : 0), 0);
}
