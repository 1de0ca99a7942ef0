import {
  answer,
  columns,
  features,
  featureBytes,
  histogramBytes,
  histograms,
  matrix,
  missingBins,
  order,
  pairs,
  rows,
  stride,
} from './layout';

/** Bytes of the row numbers of a block whose rows are fetched ahead. */
const blockBytes: usize = 256;

/** What the loads ahead of need are summed into, so that they are not optimised away. */
export let fetched: u32 = 0;

export function histogramAt(slot: i32): usize {
  return histograms + <usize>slot * histogramBytes;
}

/** Writes the columns once more row by row, for the rows begin … end. Rows are few at a time: their cache lines stay. */
export function interleave(begin: i32, end: i32): void {
  for (let from = begin; from < end; from += 512) {
    const to = min(from + 512, end);
    for (let feature = 0; feature < features; feature++) {
      const column = columns + <usize>feature * <usize>rows;
      let cell = matrix + <usize>from * stride + <usize>feature;
      for (let row = from; row < to; row++, cell += stride) store<u8>(cell, load<u8>(column + <usize>row));
    }
  }
}

export function clear(histogram: usize): void {
  for (let feature = 0; feature < features; feature++) {
    memory.fill(histogram + <usize>feature * featureBytes, 0, (<usize>load<i32>(missingBins + (feature << 2)) + 1) << 4);
  }
}

/** Adds the rows order[begin … end) to a histogram. */
export function add(histogram: usize, begin: i32, end: i32): void {
  const last = order + ((<usize>end) << 2);
  let at = order + ((<usize>begin) << 2);
  while (at < last) {
    const stop = min(at + blockBytes, last);
    // A deep node's rows lie scattered: asking for all of a block at once overlaps the waits for memory.
    for (let ahead = at; ahead < stop; ahead += 4) {
      const row = load<u32>(ahead);
      fetched += load<u8>(matrix + row * stride) + load<u8>(pairs + (row << 4));
    }
    for (; at < stop; at += 4) {
      const row = load<u32>(at);
      const pair = v128.load(pairs + (row << 4));
      let cell = matrix + row * stride;
      const end = cell + stride;
      let base = histogram;
      for (; cell < end; cell += 4) {
        const a = base + ((<usize>load<u8>(cell)) << 4);
        const b = base + ((<usize>load<u8>(cell, 1)) << 4);
        const c = base + ((<usize>load<u8>(cell, 2)) << 4);
        const d = base + ((<usize>load<u8>(cell, 3)) << 4);
        v128.store(a, i64x2.add(v128.load(a), pair));
        v128.store(b, i64x2.add(v128.load(b, 4160), pair), 4160);
        v128.store(c, i64x2.add(v128.load(c, 8320), pair), 8320);
        v128.store(d, i64x2.add(v128.load(d, 12480), pair), 12480);
        base += 4 * featureBytes;
      }
    }
  }
}

/** The histogram of the rows order[begin … end). */
export function count(slot: i32, begin: i32, end: i32): void {
  const histogram = histogramAt(slot);
  clear(histogram);
  add(histogram, begin, end);
}

/** What `whole` holds beyond `part`, written over `whole`. */
export function subtract(wholeSlot: i32, partSlot: i32): void {
  let whole = histogramAt(wholeSlot);
  let part = histogramAt(partSlot);
  for (let feature = 0; feature < features; feature++) {
    const bytes = (<usize>load<i32>(missingBins + (feature << 2)) + 1) << 4;
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(whole + at, i64x2.sub(v128.load(whole + at), v128.load(part + at)));
    }
    whole += featureBytes;
    part += featureBytes;
  }
}

/** Writes the sums over all rows of a histogram, taken from its first feature, as a cell to `answer`. */
export function total(slot: i32): void {
  const histogram = histogramAt(slot);
  let sum = i64x2.splat(0);
  const bytes = (<usize>load<i32>(missingBins) + 1) << 4;
  for (let at: usize = 0; at < bytes; at += 16) sum = i64x2.add(sum, v128.load(histogram + at));
  v128.store(answer, sum);
}
