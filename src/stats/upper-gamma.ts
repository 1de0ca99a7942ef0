import { logGamma } from './log-gamma.ts';

/**
 * The upper regularised incomplete gamma function Q(a, x) = 1/G(a) integral from x of t^(a-1) e^-t dt: the power series of P
 * (M. Abramowitz and I. Stegun, 6.5.29) below a + 1, and the continued fraction (6.5.31) by W. Lentz's method above.
 * @param a above 0 @param x 0 or more @returns 0 to 1
 */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return Number.isNaN(x) ? NaN : 1;
  if (x === Infinity) return 0;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a + 1)) * a;
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return Math.max(0, 1 - sum * scale);
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 1e6; k++) {
    const step = k * (a - k);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return scale * fraction;
}
