import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wassersteinDistance, wassersteinOfCounts } from './wasserstein.ts';

/** The area between the distribution functions, value by value. */
function byDefinition(a: Float64Array, b: Float64Array): number {
  const values = Float64Array.of(...a, ...b).sort();
  const share = (sample: Float64Array, value: number) => sample.filter((one) => one <= value).length / sample.length;
  return values.reduce((area, value, i) => {
    const next = values[i + 1] ?? value;
    return area + Math.abs(share(a, value) - share(b, value)) * (next - value);
  }, 0);
}

const value = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.integer({ min: -3, max: 3 }));
const sample = fc.array(value, { minLength: 1, maxLength: 40 }).map((values) => Float64Array.from(values).sort());
const near = (found: number, wanted: number): void => {
  expect(Math.abs(found - wanted)).toBeLessThan(1e-9 * Math.max(1, wanted));
};

it('is the area between the distribution functions, whatever the sizes', () => {
  fc.assert(fc.property(sample, sample, (a, b) => near(wassersteinDistance(a, b), byDefinition(a, b))));
});

it('of a sample to itself moved is how far it was moved, and no way round is shorter', () => {
  fc.assert(
    fc.property(sample, sample, sample, fc.double({ min: -50, max: 50, noNaN: true }), (a, b, c, shift) => {
      near(
        wassersteinDistance(
          a,
          a.map((x) => x + shift),
        ),
        Math.abs(shift),
      );
      const around = wassersteinDistance(a, b) + wassersteinDistance(b, c);
      expect(wassersteinDistance(a, c)).toBeLessThanOrEqual(around + 1e-9 * Math.max(1, around));
    }),
  );
});

it('from counts is 0 where the shares are, and what even spread makes of it where they are not', () => {
  expect(wassersteinOfCounts([0, 1, 2], [5, 10, 10, 5], [10, 20, 20, 10])).toBe(0);
  // All rows of (0, 1] are moved to (1, 2]: by 1.
  expect(wassersteinOfCounts([0, 1, 2], [0, 10, 0, 0], [0, 0, 10, 0])).toBeCloseTo(1, 12);
  expect(wassersteinOfCounts([0, 1], [1, 1, 1], [0, 0, 0])).toBeNaN();
  expect(wassersteinOfCounts([], [4], [9])).toBe(0);
});
