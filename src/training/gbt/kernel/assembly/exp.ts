/** e^x of two numbers. See ../logistic.ts, which does the same steps. */
export function exp(x: v128): v128 {
  const held = f64x2.max(f64x2.min(x, f64x2.splat(700)), f64x2.splat(-700));
  const halvings = f64x2.nearest(f64x2.mul(held, f64x2.splat(1.4426950408889634)));
  const high = f64x2.sub(held, f64x2.mul(halvings, f64x2.splat(6.9314718036912381649e-1)));
  const r = f64x2.sub(high, f64x2.mul(halvings, f64x2.splat(1.90821492927058770002e-10)));
  const a0 = f64x2.add(f64x2.splat(1), r);
  const a1 = f64x2.add(f64x2.splat(1.0 / 2.0), f64x2.mul(r, f64x2.splat(1.0 / 6.0)));
  const a2 = f64x2.add(f64x2.splat(1.0 / 24.0), f64x2.mul(r, f64x2.splat(1.0 / 120.0)));
  const a3 = f64x2.add(f64x2.splat(1.0 / 720.0), f64x2.mul(r, f64x2.splat(1.0 / 5040.0)));
  const a4 = f64x2.add(f64x2.splat(1.0 / 40320.0), f64x2.mul(r, f64x2.splat(1.0 / 362880.0)));
  const a5 = f64x2.add(f64x2.splat(1.0 / 3628800.0), f64x2.mul(r, f64x2.splat(1.0 / 39916800.0)));
  const r2 = f64x2.mul(r, r);
  const b0 = f64x2.add(a0, f64x2.mul(a1, r2));
  const b1 = f64x2.add(a2, f64x2.mul(a3, r2));
  const b2 = f64x2.add(a4, f64x2.mul(a5, r2));
  const r4 = f64x2.mul(r2, r2);
  const c0 = f64x2.add(b0, f64x2.mul(b1, r4));
  const c1 = f64x2.add(b2, f64x2.mul(f64x2.splat(1.0 / 479001600.0), r4));
  const sum = f64x2.add(c0, f64x2.mul(c1, f64x2.mul(r4, r4)));
  const exponents = i64x2.add(i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(halvings)), i64x2.splat(1023));
  return f64x2.mul(sum, i64x2.shl(exponents, 52));
}
