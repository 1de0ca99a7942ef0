import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countNumbers } from './count-numbers.ts';
import { binOfNumber } from './reference-bins.ts';

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(Infinity, -Infinity, 0, -0, 1e300, -1e300),
);
const edges = fc.uniqueArray(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { maxLength: 45 });
const nearEdges = fc.uniqueArray(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 300 });

it('counts values in the bins that a search for each finds', () => {
  fc.assert(
    fc.property(fc.oneof(edges, nearEdges), fc.array(fc.oneof(number, fc.constant(NaN)), { maxLength: 60 }), (drawn, others) => {
      const sorted = drawn.map((edge) => edge + 0).toSorted((a, b) => a - b);
      // Values at an edge, and next to it on both sides, are where rounding would tell.
      const values = [...others, ...sorted.flatMap((edge) => [edge, edge * (1 - 2 ** -52), edge * (1 + 2 ** -52)])];
      const expected = new Array<number>(sorted.length + 2).fill(0);
      for (const value of values) {
        const bin = binOfNumber(sorted, value);
        expected[bin] = (expected[bin] ?? 0) + 1;
      }
      expect(countNumbers(sorted, Float64Array.from(values))).toEqual(expected);
    }),
  );
});
