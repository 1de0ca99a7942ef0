import {
  answerOf,
  columns,
  goesLeft,
  gradient,
  hessian,
  integer,
  integerAt,
  labels,
  number,
  order,
  pairs,
  rows,
  score,
  scratch,
  share,
  thresholds,
} from './layout';
import { exp } from './exp';
import * as place from './places';
import { meet } from './threads';

/** Puts a feature's values, which lie where the pairs will, into bins: the first whose threshold is not below the value. */
export function fill(thread: i32, threads: i32): void {
  const bins = columns + <usize>integer(place.feature) * <usize>rows;
  const missing = integer(place.valueBins);
  const end = share(rows, thread + 1, threads);
  for (let row = share(rows, thread, threads); row < end; row++) {
    const value = load<f32>(pairs + ((<usize>row) << 2));
    // Counts the thresholds below the value, by halves and without a branch: behind the last one there are only infinite ones.
    let at = thresholds;
    at += (<usize>(load<f32>(at, 127 * 4) < value)) << 9;
    at += (<usize>(load<f32>(at, 63 * 4) < value)) << 8;
    at += (<usize>(load<f32>(at, 31 * 4) < value)) << 7;
    at += (<usize>(load<f32>(at, 15 * 4) < value)) << 6;
    at += (<usize>(load<f32>(at, 7 * 4) < value)) << 5;
    at += (<usize>(load<f32>(at, 3 * 4) < value)) << 4;
    at += (<usize>(load<f32>(at, 1 * 4) < value)) << 3;
    at += (<usize>(load<f32>(at) < value)) << 2;
    const bin = <i32>((at - thresholds) >> 2);
    store<u8>(bins + <usize>row, value === value ? bin : missing);
  }
}

/** Writes the greatest absolute values of both derivatives of this thread's rows to its answer. */
export function greatest(thread: i32, threads: i32): void {
  const count = integer(place.end);
  const begin = share(count, thread, threads);
  const end = share(count, thread + 1, threads);
  store<f64>(answerOf(thread), greatestOf(gradient + ((<usize>begin) << 3), end - begin));
  store<f64>(answerOf(thread), greatestOf(hessian + ((<usize>begin) << 3), end - begin), 8);
}

/** Two accumulators, because each step waits for the one before it. */
function greatestOf(values: usize, count: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  const end = values + ((<usize>count) << 3);
  for (; values + 32 <= end; values += 32) {
    a = f64x2.pmax(a, f64x2.abs(v128.load(values)));
    b = f64x2.pmax(b, f64x2.abs(v128.load(values, 16)));
  }
  a = f64x2.pmax(a, b);
  let result = max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
  for (; values < end; values += 8) result = max(result, abs(load<f64>(values)));
  return result;
}

/** Rounds derivatives to fixed point; a row is counted in the low bits of its second half. */
export function pack(thread: i32, threads: i32): void {
  const count = integer(place.end);
  const gradientScale = number(place.gradientScale);
  const hessianScale = number(place.hessianScale);
  const countBits = <i64>integer(place.countBits);
  const end = share(count, thread + 1, threads);
  for (let row = share(count, thread, threads); row < end; row++) {
    const g = nearest(load<f64>(gradient + ((<usize>row) << 3)) * gradientScale);
    const h = nearest(load<f64>(hessian + ((<usize>row) << 3)) * hessianScale);
    const pair = pairs + ((<usize>row) << 4);
    store<i64>(pair, <i64>g);
    store<i64>(pair, ((<i64>h) << countBits) + 1, 8);
  }
}

/** Moves the rows that go left to the front, both sides in the order that they were in. See ../kernel.ts. */
export function partition(thread: i32, threads: i32): void {
  const column = columns + <usize>integer(place.feature) * <usize>rows;
  const begin = integer(place.begin);
  const count = integer(place.end) - begin;
  const from = begin + share(count, thread, threads);
  const to = begin + share(count, thread + 1, threads);
  const last = order + ((<usize>to) << 2);
  // Written to both sides and kept on one: a branch would be mispredicted every other time. The left rows grow from the front of
  // this thread's part of the scratch memory, the right ones from its end.
  const front = scratch + ((<usize>from) << 2);
  let left = front;
  let right = scratch + ((<usize>to) << 2);
  for (let at = order + ((<usize>from) << 2); at < last; at += 4) {
    const row = load<u32>(at);
    const isLeft = <usize>load<u8>(goesLeft + <usize>load<u8>(column + row));
    store<u32>(left, row);
    store<u32>(right - 4, row);
    left += isLeft << 2;
    right -= (1 - isLeft) << 2;
  }
  store<i32>(integerAt(place.lefts + thread), <i32>((left - front) >> 2));
  meet(threads);
  let leftBefore = 0;
  for (let i = 0; i < thread; i++) leftBefore += integer(place.lefts + i);
  memory.copy(order + ((<usize>(begin + leftBefore)) << 2), front, left - front);
  let into = order + ((<usize>(integer(place.middle) + from - begin - leftBefore)) << 2);
  for (let at = scratch + ((<usize>to) << 2); at > right; into += 4) {
    at -= 4;
    store<u32>(into, load<u32>(at));
  }
}

/** Writes the sums of both derivatives of the rows order[begin … end), added one after the other, to the first answer. */
export function sumRows(begin: i32, end: i32): void {
  const last = order + ((<usize>end) << 2);
  let g: f64 = 0;
  let h: f64 = 0;
  for (let at = order + ((<usize>begin) << 2); at < last; at += 4) {
    const row = (<usize>load<u32>(at)) << 3;
    g += load<f64>(gradient + row);
    h += load<f64>(hessian + row);
  }
  store<f64>(answerOf(0), g);
  store<f64>(answerOf(0), h, 8);
}

export function addToScore(begin: i32, end: i32, value: f64): void {
  const last = order + ((<usize>end) << 2);
  for (let at = order + ((<usize>begin) << 2); at < last; at += 4) {
    const to = score + ((<usize>load<u32>(at)) << 3);
    store<f64>(to, load<f64>(to) + value);
  }
}

/** The derivatives of the log loss; two rows at a time. See ../logistic.ts. */
export function logistic(thread: i32, threads: i32): void {
  const end = endOfPairs(thread, threads);
  const one = f64x2.splat(1);
  for (let row = beginOfPairs(thread, threads); row < end; row += 2) {
    const at = (<usize>row) << 3;
    const p = f64x2.div(one, f64x2.add(one, exp(f64x2.neg(v128.load(score + at)))));
    v128.store(gradient + at, f64x2.sub(p, v128.load(labels + at)));
    v128.store(hessian + at, f64x2.mul(p, f64x2.sub(one, p)));
  }
}

/** The derivatives of half the squared loss; two rows at a time. See ../squared.ts. */
export function squared(thread: i32, threads: i32): void {
  const end = endOfPairs(thread, threads);
  const one = f64x2.splat(1);
  for (let row = beginOfPairs(thread, threads); row < end; row += 2) {
    const at = (<usize>row) << 3;
    v128.store(gradient + at, f64x2.sub(v128.load(score + at), v128.load(labels + at)));
    v128.store(hessian + at, one);
  }
}

/** An even row begins each thread's part; the row behind an odd last one has memory too. */
function beginOfPairs(thread: i32, threads: i32): i32 {
  return share(integer(place.end), thread, threads) & ~1;
}

function endOfPairs(thread: i32, threads: i32): i32 {
  return thread + 1 === threads ? integer(place.end) : beginOfPairs(thread + 1, threads);
}
