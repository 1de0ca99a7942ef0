import { setImmediate as nextTurn } from 'node:timers/promises';
import { ActiveTerms } from './active-terms.ts';
import type { Problem } from './normal-equations.ts';

/** Multiplications between two turns of the event loop, about. */
const workPerTurn = 2_000_000;

/**
 * Half the weighted products of the columns, and l2 on the diagonal but for the intercept: for each class the second derivative of the
 * loss is nowhere larger (D. Böhning, 1992), whatever the coefficients.
 * @returns n x n, row-major, its lower triangle filled
 */
export async function sharedCurvature({ design, weights, l2 }: Problem, signal: AbortSignal): Promise<Float64Array> {
  const n = design.terms.length + 1;
  const curvature = new Float64Array(n * n);
  const rows = new ActiveTerms(design);
  const perTurn = Math.max(1, Math.floor(workPerTurn / (design.width + design.groups.length + 1) ** 2));
  for (let row = 0; row < design.rows; row++) {
    if (row % perTurn === perTurn - 1) {
      await nextTurn();
      signal.throwIfAborted();
    }
    rows.load(row);
    const { terms, values, count } = rows;
    const half = (weights === undefined ? 1 : (weights[row] as number)) / 2;
    for (let a = 0; a < count; a++) {
      const line = (terms[a] as number) * n;
      const weighted = half * (values[a] as number);
      for (let b = 0; b <= a; b++) {
        const k = line + (terms[b] as number);
        curvature[k] = (curvature[k] as number) + weighted * (values[b] as number);
      }
    }
  }
  for (let j = 0; j < n - 1; j++) curvature[j * n + j] = (curvature[j * n + j] as number) + l2;
  return curvature;
}

/**
 * One pass over the rows.
 * @param beta coefficients class after class, the intercept last in each
 * @returns of minus the smooth part of the penalised loss, the sum of log losses by the weights of the rows and l2/2 times the squared
 *   coefficients, in the order of `beta`
 */
export async function classGradient(
  { design, label, weights, l2 }: Problem,
  classes: number,
  beta: Float64Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const n = design.terms.length + 1;
  // Term after term, as all classes of a term are needed at once.
  const byTerm = new Float64Array(beta.length);
  for (let k = 0; k < classes; k++) for (let j = 0; j < n; j++) byTerm[j * classes + k] = beta[k * n + j] as number;
  const sums = new Float64Array(beta.length);
  const scores = new Float64Array(classes);
  const rows = new ActiveTerms(design);
  const perTurn = Math.max(1, Math.floor(workPerTurn / ((design.width + design.groups.length + 1) * classes)));
  for (let row = 0; row < design.rows; row++) {
    if (row % perTurn === perTurn - 1) {
      await nextTurn();
      signal.throwIfAborted();
    }
    const weight = weights === undefined ? 1 : (weights[row] as number);
    if (weight === 0) continue;
    rows.load(row);
    const { terms, values, count } = rows;
    scores.fill(0);
    for (let a = 0; a < count; a++) {
      const [line, value] = [(terms[a] as number) * classes, values[a] as number];
      for (let k = 0; k < classes; k++) scores[k] = (scores[k] as number) + value * (byTerm[line + k] as number);
    }
    residuals(scores, label[row] as number, weight);
    for (let a = 0; a < count; a++) {
      const [line, value] = [(terms[a] as number) * classes, values[a] as number];
      for (let k = 0; k < classes; k++) sums[line + k] = (sums[line + k] as number) + value * (scores[k] as number);
    }
  }
  const gradient = new Float64Array(beta.length);
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < n; j++) {
      const at = k * n + j;
      gradient[at] = (sums[j * classes + k] as number) - (j === n - 1 ? 0 : l2 * (beta[at] as number));
    }
  }
  return gradient;
}

/** Puts the weighted difference of label and probability in the place of each class's score. */
function residuals(scores: Float64Array, label: number, weight: number): void {
  let largest = -Infinity;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const part = Math.exp((scores[k] as number) - largest);
    scores[k] = part;
    sum += part;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = weight * ((k === label ? 1 : 0) - (scores[k] as number) / sum);
}
