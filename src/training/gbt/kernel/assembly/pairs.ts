import { gradient, hessian, pairs } from './layout';

/** The greatest absolute value of `rows` numbers; two accumulators, because each step waits for the one before it. */
export function greatest(values: usize, rows: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  const end = values + ((<usize>rows) << 3);
  for (; values + 32 <= end; values += 32) {
    a = f64x2.pmax(a, f64x2.abs(v128.load(values)));
    b = f64x2.pmax(b, f64x2.abs(v128.load(values, 16)));
  }
  a = f64x2.pmax(a, b);
  let result = Math.max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
  for (; values < end; values += 8) result = Math.max(result, Math.abs(load<f64>(values)));
  return result;
}

/** Rounds the derivatives of the rows begin … end to fixed point; a row is counted in the low `countBits` of its second half. */
export function pack(begin: i32, end: i32, gradientScale: f64, hessianScale: f64, countBits: i64): void {
  for (let row = begin; row < end; row++) {
    const g = nearest(load<f64>(gradient + ((<usize>row) << 3)) * gradientScale);
    const h = nearest(load<f64>(hessian + ((<usize>row) << 3)) * hessianScale);
    const pair = pairs + ((<usize>row) << 4);
    store<i64>(pair, <i64>g);
    store<i64>(pair, ((<i64>h) << countBits) + 1, 8);
  }
}
