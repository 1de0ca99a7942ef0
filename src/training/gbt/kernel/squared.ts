import type { Derivatives } from './kernel.ts';

/**
 * First and second derivative of (score - label)²/2 by the score: score - label, and 1.
 * @param rows so many, the first
 */
export function deriveSquared(score: Float64Array, label: Float64Array, rows: number, { gradient, hessian }: Derivatives): void {
  for (let row = 0; row < rows; row++) gradient[row] = (score[row] as number) - (label[row] as number);
  hessian.fill(1, 0, rows);
}
