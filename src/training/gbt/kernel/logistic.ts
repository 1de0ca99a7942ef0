import type { Derivatives } from './kernel.ts';

/** Added and taken away again, it rounds a float64 below 2^51 to a whole number, halves to even. */
const rounding = 1.5 * 2 ** 52;

/** ln 2 in two parts (fdlibm, Sun Microsystems, 1993): whole multiples of the first are exact. */
const [ln2High, ln2Low] = [6.9314718036912381649e-1, 1.9082149292705877e-10];

/** 2^k for k from -1023 (as 0) on. */
const powers = new Float64Array(BigUint64Array.from({ length: 2047 }, (_, k) => BigInt(k) << 52n).buffer);

/**
 * First and second derivative of the log loss of two classes by the score: p - y and p (1-p), p the logistic function. Each step as in
 * assembly/exp.ts, which spares Math.exp, whose bits differ between engines.
 * @param label 1 for the positive class, 0 for the other
 * @param rows so many, the first
 */
export function deriveLogistic(score: Float64Array, label: ArrayLike<number>, rows: number, into: Derivatives): void {
  const { gradient, hessian } = into;
  for (let row = 0; row < rows; row++) {
    const p = 1 / (1 + exp(-(score[row] as number)));
    gradient[row] = p - (label[row] as number);
    hessian[row] = p * (1 - p);
  }
}

/** e^x within a few units in the last place; x is held within ±700. */
function exp(x: number): number {
  const held = Math.max(Math.min(x, 700), -700);
  const halvings = held * Math.LOG2E + rounding - rounding;
  const r = held - halvings * ln2High - halvings * ln2Low;
  // The series of e^r, added up by halves (G. Estrin, 1960), so that few steps wait for the one before.
  const r2 = r * r;
  const r4 = r2 * r2;
  const first = 1 + r + (1 / 2 + r * (1 / 6)) * r2;
  const second = 1 / 24 + r * (1 / 120) + (1 / 720 + r * (1 / 5040)) * r2;
  const third = 1 / 40320 + r * (1 / 362880) + (1 / 3628800 + r * (1 / 39916800)) * r2;
  const sum = first + second * r4 + (third + (1 / 479001600) * r4) * (r4 * r4);
  return sum * (powers[halvings + 1023] as number);
}
