import { Random } from '../random.ts';
import { chooseThresholds } from './thresholds.ts';

/** One feature's values as small numbers. Bin b holds values in (thresholds[b-1], thresholds[b]]; the last value bin is open. */
export interface BinnedFeature {
  /** float32 values, ascending: what the ONNX graph compares with, so that both sides of a split agree to the bit. */
  readonly thresholds: Float32Array;
  /** A bin a row. Missing is `missingBin`. */
  readonly bins: Uint8Array;
  readonly missingBin: number;
  /** 1 where the score may only rise with the value, -1 where it may only fall. */
  readonly monotone?: 1 | -1;
  /** The bins are levels of a category, which any side of a split may have. */
  readonly isCategory?: true;
}

/** Most rows whose values are looked at to choose thresholds. */
const mostLookedAt = 200_000;

/** Where a feature's bins go. */
export interface Column {
  readonly bins: Uint8Array;
  /** Fills `bins`: a value's bin is the first whose threshold is not below it; missing is the bin after the last one. */
  fill(values: Float32Array, thresholds: Float32Array): void;
}

/**
 * Puts float32 values (missing NaN) into at most `most` bins of about equally many rows, by `chooseThresholds`.
 * @param most 2 to 255: bins and the missing one are numbered in a byte
 * @param sample the rows whose values say where the bins end, by `sampleForBins`; all where it is missing
 */
export function binFeature(
  values: Float32Array,
  most: number,
  column: Column = ownColumn(values.length),
  sample?: Int32Array | null,
): BinnedFeature {
  const thresholds = chooseThresholds(presentValues(values, sample ?? null), most);
  column.fill(values, thresholds);
  return { thresholds, bins: column.bins, missingBin: thresholds.length + 1 };
}

/**
 * The rows that thresholds are chosen by, ascending: one of each of 200,000 equal runs of rows, as LightGBM takes 200,000 rows. Null,
 * there are not as many.
 */
export function sampleForBins(rows: number, seed: number): Int32Array | null {
  if (rows <= mostLookedAt) return null;
  const random = new Random(seed);
  return Int32Array.from({ length: mostLookedAt }, (_, i) => Math.floor(((i + random.next()) * rows) / mostLookedAt));
}

/** Bins in memory of their own. */
export function ownColumn(rows: number): Column {
  const bins = new Uint8Array(rows);
  return { bins, fill: (values, thresholds) => fillBins(bins, values, thresholds) };
}

function fillBins(bins: Uint8Array, values: Float32Array, thresholds: Float32Array): void {
  const missingBin = thresholds.length + 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    bins[i] = Number.isNaN(value) ? missingBin : lowerBound(thresholds, value);
  }
}

function presentValues(values: Float32Array, sample: Int32Array | null): Float32Array {
  const rows = sample?.length ?? values.length;
  const present = new Float32Array(rows);
  let found = 0;
  for (let i = 0; i < rows; i++) {
    const value = values[sample === null ? i : (sample[i] as number)] as number;
    if (!Number.isNaN(value)) present[found++] = value;
  }
  return present.subarray(0, found);
}

/** The first bin whose threshold is not below the value. */
export function lowerBound(thresholds: Float32Array, value: number): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((thresholds[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
