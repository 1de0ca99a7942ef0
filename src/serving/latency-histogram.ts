/**
 * Latency as counts over fixed bounds, so that histograms of any process and any time add exactly. Bounds grow by
 * 2^(1/4) from 0.1 ms to about 56 s: a quantile read from them is off by at most 19 %, by less after interpolation.
 */
const lowest = 0.1;
const perDoubling = 4;

/** Upper bounds in ms, ascending. Bin `i` holds latencies in (bounds[i-1], bounds[i]]; one more bin holds all above the last. */
export const latencyBounds: readonly number[] = Array.from({ length: 77 }, (_, i) => lowest * 2 ** (i / perDoubling));

/** Entries in a histogram's array. */
export const latencyBins = latencyBounds.length + 1;

export function emptyLatency(): number[] {
  return new Array<number>(latencyBins).fill(0);
}

/** The bin of a latency in ms; negative and NaN count as the lowest. */
export function latencyBin(ms: number): number {
  if (!(ms > lowest)) return 0;
  // The small subtraction keeps a latency that equals a bound in the bin below, in spite of the logarithm's rounding.
  return Math.min(latencyBins - 1, Math.ceil(Math.log2(ms / lowest) * perDoubling - 1e-9));
}

/** Adds `from` onto `onto`, bin by bin; histograms of different lengths are of different versions and are refused. */
export function addBins(onto: number[], from: readonly number[]): void {
  if (onto.length !== from.length) throw new RangeError(`Histograms of ${onto.length} and ${from.length} bins do not add.`);
  for (let i = 0; i < from.length; i++) onto[i] = (onto[i] ?? 0) + (from[i] ?? 0);
}

/**
 * The `q` quantile (0 to 1) in ms, interpolated geometrically within its bin; null without a request. Latencies above the
 * last bound are reported as that bound.
 */
export function quantileFromHistogram(counts: readonly number[], q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.min(1, Math.max(0, q)) * total;
  let below = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count > 0 && below + count >= rank) {
      const upper = latencyBounds[Math.min(bin, latencyBounds.length - 1)] ?? 0;
      if (bin >= latencyBounds.length) return upper;
      return upper * 2 ** (((rank - below) / count - 1) / perDoubling);
    }
    below += count;
  }
  return latencyBounds.at(-1) ?? null;
}

/** The latency in ms that 99 % of the requests stayed within; null without a request. */
export function p99FromHistogram(counts: readonly number[]): number | null {
  return quantileFromHistogram(counts, 0.99);
}

/**
 * How many of the requests took longer than `ms`, to the nearest whole one; those in its own bin are taken to lie there
 * evenly on the logarithmic scale. Beyond the last bound nothing can be told apart and none counts as slower.
 */
export function slowerThan(counts: readonly number[], ms: number): number {
  const own = latencyBin(ms);
  const above = counts.slice(own + 1).reduce((sum, count) => sum + count, 0);
  const upper = latencyBounds[own];
  if (upper === undefined || !(ms > 0)) return above + (ms > 0 ? 0 : (counts[own] ?? 0));
  const share = Math.min(1, Math.log2(upper / ms) * perDoubling);
  return above + Math.round((counts[own] ?? 0) * share);
}
