// Where things lie in the memory that all threads share. JavaScript lays it out (../wasm-memory.ts) and tells every thread once.

// A cell of a histogram has 16 bytes: the sum of gradients, and the sum of second derivatives above the count of rows.

/**
 * Cells of a feature: 256 bins, and four more. Without those, equal bins of different features would share their cache set and
 * the low twelve bits of their addresses, by which processors take a load for one that has to wait for the store before it.
 */
export const featureBytes: usize = 4160;

export let rows: i32 = 0;
export let features: i32 = 0;
/** Bytes of a row of `matrix`: the features, filled up to a multiple of four. */
export let stride: u32 = 0;
/** A column of bins after the other, a byte a row. */
export let columns: usize = 0;
/** The same bins, a row after the other. */
export let matrix: usize = 0;
/** By row, 16 bytes: what a cell grows by. */
export let pairs: usize = 0;
export let order: usize = 0;
export let scratch: usize = 0;
export let gradient: usize = 0;
export let hessian: usize = 0;
/** By feature, i32: the bin of missing values, which is the last one. */
export let missingBins: usize = 0;
/** By feature, i32: 1 rising, -1 falling, 0 free. */
export let monotone: usize = 0;
/** i32: how many features a split may use, and which. */
export let used: usize = 0;
/** By bin, a byte: whether its rows go left. */
export let goesLeft: usize = 0;
/** What a call has to say beyond one number. */
export let answer: usize = 0;
export let histograms: usize = 0;

export let histogramBytes: usize = 0;

/** @param table of the addresses above in their order, i32 each, from `rows` to `histograms` */
export function layOut(table: usize): void {
  rows = load<i32>(table);
  features = load<i32>(table, 4);
  stride = load<u32>(table, 8);
  columns = load<u32>(table, 12);
  matrix = load<u32>(table, 16);
  pairs = load<u32>(table, 20);
  order = load<u32>(table, 24);
  scratch = load<u32>(table, 28);
  gradient = load<u32>(table, 32);
  hessian = load<u32>(table, 36);
  missingBins = load<u32>(table, 40);
  monotone = load<u32>(table, 44);
  used = load<u32>(table, 48);
  goesLeft = load<u32>(table, 52);
  answer = load<u32>(table, 56);
  histograms = load<u32>(table, 60);
  histogramBytes = <usize>stride * featureBytes;
}
