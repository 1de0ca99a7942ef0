/** Rounds over all coefficients, at most: the next Newton step goes on from where they ended. */
const mostRounds = 2000;
/** Ends when no coefficient moved by more than this share of the largest step. */
const enough = 1e-13;

/**
 * The step that minimises the quadratic model of the loss with absolute coefficients in the penalty, one coefficient after the other by
 * soft thresholding (J. Friedman, T. Hastie and R. Tibshirani, "Regularization Paths for Generalized Linear Models via Coordinate
 * Descent", Journal of Statistical Software 33, 2010, 2.1 and 2.2: covariance updates). Coefficients that leave end at 0 exactly.
 * @param information n x n, row-major, of which the lower triangle is read
 * @param gradient of minus the loss at `beta`, n entries
 * @param l1 of all but the last coefficient, the intercept
 */
export function descend(information: Float64Array, gradient: Float64Array, beta: Float64Array, l1: number): Float64Array {
  const n = beta.length;
  const step = new Float64Array(n);
  /** What is left of the gradient after the step so far. */
  const rest = gradient.slice();
  let largest = 0;
  for (let round = 0; round < mostRounds; round++) {
    let moved = 0;
    for (let j = 0; j < n; j++) {
      const curvature = information[j * n + j] as number;
      if (curvature <= 0) continue;
      const from = (beta[j] as number) + (step[j] as number);
      const pull = curvature * from + (rest[j] as number);
      const to = shrink(pull, j === n - 1 ? 0 : l1) / curvature;
      if (to === from) continue;
      const by = to - from;
      step[j] = to === 0 ? -(beta[j] as number) : (step[j] as number) + by;
      for (let k = 0; k < n; k++) {
        const both = (k < j ? information[j * n + k] : information[k * n + j]) as number;
        rest[k] = (rest[k] as number) - by * both;
      }
      moved = Math.max(moved, Math.abs(by));
      largest = Math.max(largest, Math.abs(step[j] as number));
    }
    if (moved <= enough * largest) break;
  }
  return step;
}

/** Soft thresholding: towards 0 by `by`, and not beyond. */
function shrink(value: number, by: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - by);
}
