/** A pivot smaller than this share of its diagonal entry is what rounding leaves of a redundant column. */
const redundant = 1e-10;

/**
 * Solves A x = b for a symmetric positive semidefinite A. The unknown of a column that the columns before it determine is 0.
 * @param a n x n, row-major, of which the lower triangle is read; overwritten
 * @param b n entries
 */
export function solve(a: Float64Array, b: Float64Array): Float64Array {
  return new Factors(a, b.length).solve(b);
}

/** Cholesky's decomposition (G. Golub and C. Van Loan, "Matrix Computations", 4.2), for several right-hand sides. */
export class Factors {
  readonly #a: Float64Array;
  readonly #dropped: Uint8Array;

  /** @param a n x n, row-major, of which the lower triangle is read; overwritten */
  constructor(a: Float64Array, n: number) {
    this.#a = a;
    this.#dropped = new Uint8Array(n);
    for (let j = 0; j < n; j++) {
      const diagonal = a[j * n + j] as number;
      let pivot = diagonal;
      for (let k = 0; k < j; k++) pivot -= (a[j * n + k] as number) ** 2;
      if (!(pivot > diagonal * redundant)) {
        this.#dropped[j] = 1;
        for (let i = j; i < n; i++) a[i * n + j] = i === j ? 1 : 0;
        continue;
      }
      const root = Math.sqrt(pivot);
      a[j * n + j] = root;
      for (let i = j + 1; i < n; i++) {
        let value = a[i * n + j] as number;
        const [ri, rj] = [i * n, j * n];
        for (let k = 0; k < j; k++) value -= (a[ri + k] as number) * (a[rj + k] as number);
        a[ri + j] = value / root;
      }
    }
  }

  solve(b: Float64Array): Float64Array {
    const [a, dropped, n] = [this.#a, this.#dropped, b.length];
    const x = b.slice();
    for (let i = 0; i < n; i++) {
      let value = dropped[i] === 1 ? 0 : (x[i] as number);
      if (dropped[i] === 0) for (let k = 0; k < i; k++) value -= (a[i * n + k] as number) * (x[k] as number);
      x[i] = value / (a[i * n + i] as number);
    }
    for (let i = n - 1; i >= 0; i--) {
      let value = x[i] as number;
      if (dropped[i] === 0) for (let k = i + 1; k < n; k++) value -= (a[k * n + i] as number) * (x[k] as number);
      x[i] = value / (a[i * n + i] as number);
    }
    return x;
  }
}
