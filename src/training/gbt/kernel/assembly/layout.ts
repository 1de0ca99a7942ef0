// The memory that all threads share. JavaScript lays it out (../wasm-memory.ts) and tells every thread where things lie.
import * as place from './places';

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
/** By row, 16 bytes: what a cell grows by. While bins are filled, a feature's float32 values. */
export let pairs: usize = 0;
export let order: usize = 0;
export let scratch: usize = 0;
export let gradient: usize = 0;
export let hessian: usize = 0;
export let score: usize = 0;
/** By row, f64. */
export let labels: usize = 0;
/** By feature, i32: the bin of missing values, which is the last one. */
export let missingBins: usize = 0;
/** By feature, a byte: 1 rising, -1 falling, 0 free. */
export let monotone: usize = 0;
/** By feature, a byte: whether its bins are levels of a category. */
export let categories: usize = 0;
/** By feature, a byte: whether a split may use it. */
export let used: usize = 0;
/** By bin, a byte: whether its rows go left. */
export let goesLeft: usize = 0;
/** 256 float32. */
export let thresholds: usize = 0;

let levels: usize = 0;
let integers: usize = 0;
let numbers: usize = 0;
let answers: usize = 0;
let histograms: usize = 0;
let histogramBytes: usize = 0;

export function layOut(table: usize): void {
  rows = entry(table, place.rowsEntry);
  features = entry(table, place.featuresEntry);
  stride = entry(table, place.strideEntry);
  columns = entry(table, place.columnsEntry);
  matrix = entry(table, place.matrixEntry);
  pairs = entry(table, place.pairsEntry);
  order = entry(table, place.orderEntry);
  scratch = entry(table, place.scratchEntry);
  gradient = entry(table, place.gradientEntry);
  hessian = entry(table, place.hessianEntry);
  score = entry(table, place.scoreEntry);
  labels = entry(table, place.labelsEntry);
  missingBins = entry(table, place.missingBinsEntry);
  monotone = entry(table, place.monotoneEntry);
  categories = entry(table, place.categoriesEntry);
  used = entry(table, place.usedEntry);
  goesLeft = entry(table, place.goesLeftEntry);
  thresholds = entry(table, place.thresholdsEntry);
  levels = entry(table, place.levelsEntry);
  integers = entry(table, place.integersEntry);
  numbers = entry(table, place.numbersEntry);
  answers = entry(table, place.answersEntry);
  histograms = entry(table, place.histogramsEntry);
  histogramBytes = <usize>stride * featureBytes;
}

function entry(table: usize, i: i32): u32 {
  return load<u32>(table + ((<usize>i) << 2));
}

/** The address of one of `integers`. */
export function integerAt(place: i32): usize {
  return integers + ((<usize>place) << 2);
}

export function integer(place: i32): i32 {
  return load<i32>(integers + ((<usize>place) << 2));
}

export function number(place: i32): f64 {
  return load<f64>(numbers + ((<usize>place) << 3));
}

export function answerOf(thread: i32): usize {
  return answers + <usize>(thread * place.answerBytes);
}

/** Where a thread puts levels in order: 256 f64 that they are ordered by, and then as many i32, their bins. */
export function levelsOf(thread: i32): usize {
  return levels + <usize>(thread * place.levelsBytes);
}

export function histogramAt(slot: i32): usize {
  return histograms + <usize>slot * histogramBytes;
}

/** Bytes of a feature's cells that are in use. */
export function usedBytes(feature: i32): usize {
  return (<usize>(load<i32>(missingBins + ((<usize>feature) << 2)) + 1)) << 4;
}

/** Where the part of `thread` begins when `threads` share out `count` things; that of thread + 1 is where it ends. */
export function share(count: i32, thread: i32, threads: i32): i32 {
  return <i32>((<i64>count * <i64>thread) / <i64>threads);
}
