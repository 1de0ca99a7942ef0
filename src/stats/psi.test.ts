import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationStability } from './psi.ts';

const pairOfCounts = fc
  .integer({ min: 1, max: 12 })
  .chain(
    (bins) =>
      fc.tuple(...[0, 1].map(() => fc.array(fc.nat(1000), { minLength: bins, maxLength: bins }))) as fc.Arbitrary<
        [number[], number[]]
      >,
  );

describe('the population stability index', () => {
  it('is the sum of (p - q) ln(p / q), with half a row added to each bin', () => {
    const [p, q] = [
      [50.5 / 101, 50.5 / 101],
      [30.5 / 101, 70.5 / 101],
    ] as const;
    const expected = (p[0] - q[0]) * Math.log(p[0] / q[0]) + (p[1] - q[1]) * Math.log(p[1] / q[1]);
    expect(populationStability([50, 50], [30, 70])).toBeCloseTo(expected, 12);
    expect(expected).toBeCloseTo(0.1656, 3);
  });

  it('is never negative and never infinite', () => {
    fc.assert(
      fc.property(pairOfCounts, ([a, b]) => {
        const index = populationStability(a, b);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(20);
      }),
    );
  });

  it('is 0 for equal counts', () => {
    fc.assert(
      fc.property(pairOfCounts, ([a]) => {
        expect(populationStability(a, a)).toBe(0);
      }),
    );
  });

  it('is the same both ways round', () => {
    fc.assert(
      fc.property(pairOfCounts, ([a, b]) => {
        expect(populationStability(a, b)).toBeCloseTo(populationStability(b, a), 10);
      }),
    );
  });

  it('does not depend on the order of the bins, nor on bins that both sides leave empty', () => {
    fc.assert(
      fc.property(pairOfCounts, ([a, b]) => {
        expect(populationStability(a.toReversed(), b.toReversed())).toBeCloseTo(populationStability(a, b), 10);
        expect(populationStability([...a, 0], [...b, 0])).toBe(populationStability(a, b));
      }),
    );
  });

  it('says nothing where a side has no rows', () => {
    expect(populationStability([0, 0], [5, 3])).toBe(0);
    expect(populationStability([], [])).toBe(0);
  });

  it('refuses counts over different bins', () => {
    expect(() => populationStability([1], [1, 2])).toThrow(RangeError);
  });
});
