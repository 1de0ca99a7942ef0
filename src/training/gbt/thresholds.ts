import { sortFloats } from './sort-floats.ts';

/** Fewest rows of a bin, where there are more values than bins. */
const fewestRows = 3;

/**
 * Where the bins of a feature end: at most `most` bins of about equally many rows, each distinct value in one bin and zero, which often
 * means that there is nothing, in one of its own. As LightGBM shares them out (G. Ke et al., NIPS 2017; GreedyFindBin and
 * FindBinWithZeroAsOneBin of its src/io/bin.cpp): a value that would fill a bin gets one, and the others share what is left.
 * @param values without missing ones; they are put in order here
 * @returns ascending, fewer than `most`
 */
export function chooseThresholds(values: Float32Array, most: number): Float32Array {
  sortFloats(values);
  const all = distinct(values);
  if (all.values.length <= most)
    return Float32Array.from(all.values.subarray(1), (value, i) => between(all.values[i] as number, value));
  const below = part(all, (value) => value < 0);
  const zeros = part(all, (value) => value === 0);
  const zero = rowsOf(zeros) < fewestRows ? none : zeros;
  const above = part(all, (value) => value > 0 || (value === 0 && zero === none));
  const others = rowsOf(below) + rowsOf(above);
  const bins = zero.values.length === 0 ? most : most - 1;
  const sharedBelow = below.values.length === 0 ? 0 : Math.max(1, Math.floor((rowsOf(below) / others) * bins));
  const ends: number[] = [];
  const add = (some: Distinct, share: number) => {
    if (some.values.length === 0 || share < 1) return;
    if (ends.length > 0) ends.push(between(ends.pop() as number, some.values[0] as number));
    for (const end of shareOut(some, share)) ends.push(end);
    // Taken back, or parted from what follows, by the next one.
    ends.push(some.values.at(-1) as number);
  };
  add(below, sharedBelow);
  add(zero, 1);
  add(above, most - ends.length);
  ends.pop();
  return Float32Array.from(ends);
}

/** Different values, ascending, with how many rows have each. */
interface Distinct {
  readonly values: Float32Array;
  readonly rows: Int32Array;
}

const none: Distinct = { values: new Float32Array(), rows: new Int32Array() };

function distinct(sorted: Float32Array): Distinct {
  const values = new Float32Array(sorted.length);
  const rows = new Int32Array(sorted.length);
  let found = -1;
  for (let i = 0; i < sorted.length; i++) {
    if (found < 0 || sorted[i] !== values[found]) values[++found] = sorted[i] as number;
    rows[found] = (rows[found] as number) + 1;
  }
  return { values: values.subarray(0, found + 1), rows: rows.subarray(0, found + 1) };
}

function part({ values, rows }: Distinct, holds: (value: number) => boolean): Distinct {
  const from = values.findIndex(holds);
  const to = values.findLastIndex(holds) + 1;
  return from === -1 ? none : { values: values.subarray(from, to), rows: rows.subarray(from, to) };
}

function rowsOf({ rows }: Distinct): number {
  return rows.reduce((sum, count) => sum + count, 0);
}

/** Where bins end that part these values, ascending; the last one's end is not among them. */
function shareOut(some: Distinct, most: number): number[] {
  const { values, rows } = some;
  const all = rowsOf(some);
  if (values.length <= most) return Array.from(values.subarray(1), (value, i) => between(values[i] as number, value));
  const bins = Math.max(1, Math.min(most, Math.floor(all / fewestRows)));
  const isLarge = (at: number) => (rows[at] as number) >= all / bins;
  let [restBins, restRows] = [bins, all];
  for (let at = 0; at < values.length; at++)
    if (isLarge(at)) {
      restBins--;
      restRows -= rows[at] as number;
    }
  let size = restRows / restBins;
  let filled = 0;
  const ends: number[] = [];
  for (let at = 0; at < values.length - 1 && ends.length < bins - 1; at++) {
    if (!isLarge(at)) restRows -= rows[at] as number;
    filled += rows[at] as number;
    if (!(isLarge(at) || filled >= size || (isLarge(at + 1) && filled >= Math.max(1, size / 2)))) continue;
    ends.push(between(values[at] as number, values[at + 1] as number));
    filled = 0;
    if (!isLarge(at)) size = restRows / --restBins;
  }
  return ends;
}

/** A float32 t with lower <= t < upper, in the middle where there is one. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower / 2 + upper / 2);
  return middle >= lower && middle < upper ? middle : lower;
}
