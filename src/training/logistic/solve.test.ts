import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solve } from './solve.ts';

const entry = fc.integer({ min: -9, max: 9 });
const system = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.record({
    m: fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }),
    x: fc.array(entry, { minLength: n, maxLength: n }),
  }),
);

/** M'M + ridge, row-major, the upper triangle left out: it is not read. */
function lowerTriangle(m: readonly (readonly number[])[], ridge: number): number[] {
  return m.flatMap((_, i) =>
    m.map((_, j) => (j > i ? NaN : m.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), i === j ? ridge : 0))),
  );
}

const times = (m: readonly (readonly number[])[], ridge: number, x: readonly number[]) =>
  m.map((_, i) =>
    m.reduce(
      (sum, row) => sum + (row[i] ?? 0) * row.reduce((inner, value, j) => inner + value * (x[j] ?? 0), 0),
      ridge * (x[i] ?? 0),
    ),
  );

describe('the solution of a positive definite system', () => {
  it('solves it', () =>
    fc.assert(
      fc.property(system, ({ m, x }) => {
        const found = solve(Float64Array.from(lowerTriangle(m, 1)), Float64Array.from(times(m, 1, x)));
        x.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
      }),
    ));

  it('solves a singular one, too, with 0 for what the unknowns before determine', () => {
    // The third unknown's column is the sum of the first two.
    const m = [
      [1, 0, 1],
      [0, 1, 1],
      [1, 1, 2],
    ];
    const right = times(m, 0, [1, 2, 3]);
    const found = solve(Float64Array.from(lowerTriangle(m, 0)), Float64Array.from(right));
    expect(found[2]).toBe(0);
    times(m, 0, [...found]).forEach((value, i) => expect(value).toBeCloseTo(right[i] ?? NaN, 9));
  });
});
