/** One feature's values as small numbers. Bin b holds values in (thresholds[b-1], thresholds[b]]; the last value bin is open. */
export interface BinnedFeature {
  /** float32 values, ascending: what the ONNX graph compares with, so that both sides of a split agree to the bit. */
  readonly thresholds: Float32Array;
  /** A bin a row. Missing is `missingBin`. */
  readonly bins: Uint8Array;
  readonly missingBin: number;
}

/**
 * Puts float32 values (missing NaN) into at most `most` bins of about equally many rows, each distinct value in one bin.
 * @param most 2 to 254: bins and the missing one are numbered in a byte
 */
export function binFeature(values: Float32Array, most: number): BinnedFeature {
  const thresholds = chooseThresholds(values, most);
  const missingBin = thresholds.length + 1;
  const bins = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    bins[i] = Number.isNaN(value) ? missingBin : lowerBound(thresholds, value);
  }
  return { thresholds, bins, missingBin };
}

function chooseThresholds(values: Float32Array, most: number): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const fitting = distinctUpTo(sorted, most);
  if (fitting !== null) return Float32Array.from(fitting.slice(1), (value, i) => between(fitting[i] ?? value, value));
  const thresholds: number[] = [];
  let begin = 0;
  while (thresholds.length < most - 1) {
    // Shared out anew after every bin: one value of many rows fills its bin, and must not use up those of the others.
    const perBin = (sorted.length - begin) / (most - thresholds.length);
    const last = Math.min(sorted.length - 1, begin + Math.max(1, Math.round(perBin)) - 1);
    const value = sorted[last] as number;
    let end = last + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    // Those before a value of many rows do not share its bin when there are enough of them.
    const first = firstOf(sorted, value, begin);
    if (end - first > perBin && first - begin >= perBin / 2) end = first;
    if (end >= sorted.length) break;
    thresholds.push(between(sorted[end - 1] as number, sorted[end] as number));
    begin = end;
  }
  return Float32Array.from(thresholds);
}

/** The distinct values; null where they are more than `most`. */
function distinctUpTo(sorted: Float32Array, most: number): number[] | null {
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    if (distinct.length === most) return null;
    distinct.push(sorted[i] as number);
  }
  return distinct;
}

/** Where a value that is in `sorted` begins, from `begin` on. */
function firstOf(sorted: Float32Array, value: number, begin: number): number {
  let [low, high] = [begin, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A float32 t with lower <= t < upper, in the middle where there is one. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower / 2 + upper / 2);
  return middle >= lower && middle < upper ? middle : lower;
}

/** The first bin whose threshold is not below the value. */
function lowerBound(thresholds: Float32Array, value: number): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((thresholds[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
