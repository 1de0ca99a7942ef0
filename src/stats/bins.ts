/**
 * Upper bounds of up to `bins` bins that hold about equally many of the finite values; the last bin is open. A value that is
 * frequent enough to be several quantiles gets a bin of its own, so that a column that stands still has one bin for its
 * value and one on either side.
 */
export function quantileBounds(values: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).toSorted();
  if (sorted.length === 0) return [];
  const cuts = new Set<number>();
  let last = NaN;
  for (let i = 1; i < bins; i++) {
    const cut = sorted[Math.min(sorted.length - 1, Math.floor((i * sorted.length) / bins))] ?? 0;
    // The cut closes the bin of its value; where it repeats, the values just below it get a bin of their own.
    if (cut === last) cuts.add(justBelow(cut));
    cuts.add(cut);
    last = cut;
  }
  return [...cuts].toSorted((a, b) => a - b);
}

/** Counts over the bins of `bounds` (values at a bound belong below it) and one more, the last, for missing values. */
export function histogram(values: ArrayLike<number>, bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 2).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    let bin = counts.length - 1;
    if (!Number.isNaN(value)) {
      bin = bounds.findIndex((bound) => value <= bound);
      if (bin === -1) bin = bounds.length;
    }
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function justBelow(value: number): number {
  return value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}
