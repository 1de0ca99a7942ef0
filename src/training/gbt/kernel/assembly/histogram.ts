import { columns, featureBytes, features, histogramAt, matrix, order, pairs, rows, share, stride, usedBytes } from './layout';

/** Bytes of the row numbers of a block whose rows are fetched ahead. */
const blockBytes: usize = 256;

/** What the loads ahead of need are summed into, so that they are not optimised away. */
export let fetched: u32 = 0;

/** Writes the columns once more row by row. Rows are few at a time: their cache lines stay. */
export function interleave(thread: i32, threads: i32): void {
  const end = share(rows, thread + 1, threads);
  for (let from = share(rows, thread, threads); from < end; from += 512) {
    const to = min(from + 512, end);
    for (let feature = 0; feature < features; feature++) {
      const column = columns + <usize>feature * <usize>rows;
      let cell = matrix + <usize>from * stride + <usize>feature;
      for (let row = from; row < to; row++, cell += stride) store<u8>(cell, load<u8>(column + <usize>row));
    }
  }
}

/** The histogram of the rows order[begin … end). */
export function count(slot: i32, begin: i32, end: i32): void {
  const histogram = histogramAt(slot);
  for (let feature = 0; feature < features; feature++) {
    memory.fill(histogram + <usize>feature * featureBytes, 0, usedBytes(feature));
  }
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

/** Adds a feature's cells of the histograms spare, spare + 1, … to those of `slot`. */
export function gather(slot: i32, spare: i32, spares: i32, feature: i32): void {
  const offset = <usize>feature * featureBytes;
  const bytes = usedBytes(feature);
  const into = histogramAt(slot) + offset;
  for (let i = 0; i < spares; i++) {
    const from = histogramAt(spare + i) + offset;
    for (let at: usize = 0; at < bytes; at += 16) v128.store(into + at, i64x2.add(v128.load(into + at), v128.load(from + at)));
  }
}

/** What a feature's cells of `whole` hold beyond those of `part`, written over `whole`. */
export function subtract(whole: i32, part: i32, feature: i32): void {
  const offset = <usize>feature * featureBytes;
  const bytes = usedBytes(feature);
  const from = histogramAt(whole) + offset;
  const what = histogramAt(part) + offset;
  for (let at: usize = 0; at < bytes; at += 16) v128.store(from + at, i64x2.sub(v128.load(from + at), v128.load(what + at)));
}

/** Writes the sums over all rows of a histogram, taken from its first feature, as a cell. */
export function total(slot: i32, answer: usize): void {
  const histogram = histogramAt(slot);
  let sum = i64x2.splat(0);
  const bytes = usedBytes(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = i64x2.add(sum, v128.load(histogram + at));
  v128.store(answer, sum);
}
