import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortedNumbers } from './sorted-numbers.ts';

const engine = (values: readonly number[]) => Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
/** As many as the radix sort takes. */
const many = (draw: (i: number) => number) => Array.from({ length: 6000 }, (_, i) => draw(i));

it.each([
  ['of either sign, over all sizes', many((i) => (i % 2 === 0 ? -1 : 1) * Math.exp(((i * 7919) % 6000) / 10 - 300))],
  ['whose upper halves are alike, by the thousand', many((i) => 1.7e12 + ((i * 7919) % 6000) / 7)],
  ['negative ones whose upper halves are alike', many((i) => -1.7e12 - ((i * 7919) % 6000) / 7)],
  ['in runs of a few with one upper half', many((i) => 1 + ((i * 7919) % 6000) * 2 ** -24)],
  ['that repeat', many((i) => (i * 7919) % 13)],
  ['that are all the same', many(() => 0.1)],
  ['of which some are missing', many((i) => (i % 3 === 0 ? NaN : Math.sin(i)))],
  ['with infinities and both zeros', many((i) => [Infinity, -Infinity, 0, -0, 1, -1][i % 6] as number)],
  ['the largest and the smallest', many((i) => [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, 5e-324][i % 4] as number)],
])('sorts numbers %s as the engine does', (_, values) => {
  expect(sortedNumbers(values)).toEqual(engine(values));
});

it('sorts what it is given and leaves it as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 5000, maxLength: 5100 }), (values) => {
      const given = Float64Array.from(values);
      expect(sortedNumbers(given)).toEqual(engine(values));
      expect(given).toEqual(Float64Array.from(values));
    }),
    { numRuns: 20 },
  );
});
