import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { descend } from './coordinate-descent.ts';
import { solve } from './solve.ts';

const n = 4;
const matrix = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n * n, maxLength: n * n });
const vector = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n });

/** A matrix times itself and a little of the identity: positive definite, its lower triangle filled. */
function definite(entries: readonly number[]): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < n; k++) a[i * n + j] = (a[i * n + j] ?? 0) + (entries[k * n + i] ?? 0) * (entries[k * n + j] ?? 0);
      if (i === j) a[i * n + j] = (a[i * n + j] ?? 0) + 0.5;
    }
  }
  return a;
}

describe('coordinate descent', () => {
  it('is the Newton step without absolute coefficients', () => {
    fc.assert(
      fc.property(matrix, vector, vector, (entries, gradient, beta) => {
        const step = descend(definite(entries), Float64Array.from(gradient), Float64Array.from(beta), 0);
        const newton = solve(definite(entries), Float64Array.from(gradient));
        for (let j = 0; j < n; j++) expect(step[j]).toBeCloseTo(newton[j] ?? NaN, 6);
      }),
    );
  });

  it('ends where no coefficient can be better: a slope of 0, or one below the penalty at 0 exactly', () => {
    fc.assert(
      fc.property(matrix, vector, vector, fc.double({ min: 0.1, max: 5, noNaN: true }), (entries, gradient, beta, l1) => {
        const information = definite(entries);
        const step = descend(information, Float64Array.from(gradient), Float64Array.from(beta), l1);
        for (let j = 0; j < n; j++) {
          let slope = gradient[j] ?? NaN;
          for (let k = 0; k < n; k++) slope -= (information[Math.max(j, k) * n + Math.min(j, k)] ?? NaN) * (step[k] ?? NaN);
          const at = (beta[j] ?? NaN) + (step[j] ?? NaN);
          if (j === n - 1) expect(slope).toBeCloseTo(0, 6);
          else if (at === 0) expect(Math.abs(slope)).toBeLessThan(l1 + 1e-6);
          else expect(slope).toBeCloseTo(l1 * Math.sign(at), 6);
        }
      }),
    );
  });
});
