/** One feature's values as small numbers. Bin b holds values in (thresholds[b-1], thresholds[b]]; the last value bin is open. */
export interface BinnedFeature {
  /** float32 values, ascending: what the ONNX graph compares with, so that both sides of a split agree to the bit. */
  readonly thresholds: Float32Array;
  /** A bin a row. Missing is `missingBin`. */
  readonly bins: Uint8Array;
  readonly missingBin: number;
}

/** Puts float32 values (missing NaN) into at most `most` bins of about equally many rows, each distinct value in one bin. */
export function binFeature(values: Float32Array, most: number): BinnedFeature {
  const thresholds = chooseThresholds(values, most);
  const missingBin = thresholds.length + 1;
  const bins = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    bins[i] = Number.isNaN(value) ? missingBin : lowerBound(thresholds, value);
  }
  return { thresholds, bins, missingBin };
}

function chooseThresholds(values: Float32Array, most: number): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) === value) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const thresholds: number[] = [];
  const perBin = sorted.length / most;
  let filled = 0;
  for (let i = 0; i + 1 < distinct.length; i++) {
    filled += counts[i] ?? 0;
    const full = distinct.length <= most || filled >= perBin * (thresholds.length + 1);
    if (full && thresholds.length < most - 1) thresholds.push(between(distinct[i] ?? 0, distinct[i + 1] ?? 0));
  }
  return Float32Array.from(thresholds);
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
    if ((thresholds[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
