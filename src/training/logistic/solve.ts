/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's decomposition (G. Golub and C. Van Loan, "Matrix
 * Computations", 4.2). A tiny ridge is added to a pivot that is not positive, so that a redundant column gets weight 0.
 * @param a row-major n x n; overwritten
 * @param b n entries; overwritten by x
 */
export function solveSpd(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j] as number;
    for (let k = 0; k < j; k++) pivot -= (a[j * n + k] as number) ** 2;
    const root = Math.sqrt(pivot > 1e-12 ? pivot : 1e12);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let value = a[i * n + j] as number;
      for (let k = 0; k < j; k++) value -= (a[i * n + k] as number) * (a[j * n + k] as number);
      a[i * n + j] = value / root;
    }
  }
  for (let i = 0; i < n; i++) {
    let value = b[i] as number;
    for (let k = 0; k < i; k++) value -= (a[i * n + k] as number) * (b[k] as number);
    b[i] = value / (a[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let value = b[i] as number;
    for (let k = i + 1; k < n; k++) value -= (a[k * n + i] as number) * (b[k] as number);
    b[i] = value / (a[i * n + i] as number);
  }
  return b;
}
