import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ksOfCounts, ksStatistic } from './kolmogorov-smirnov.ts';

/** At every value, as the definition says. */
function byDefinition(a: Float64Array, b: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  for (const value of Float64Array.of(...a, ...b).sort()) {
    while (i < a.length && (a[i] as number) <= value) i++;
    while (j < b.length && (b[j] as number) <= value) j++;
    largest = Math.max(largest, Math.abs(i * b.length - j * a.length));
  }
  return largest / (a.length * b.length);
}

/** Some thousand numbers in an order of their own: many ties, or none, near the other sample or far. */
const sample = fc
  .record({
    rows: fc.integer({ min: 1, max: 3000 }),
    step: fc.constantFrom(0.001, 0.1, 3),
    shift: fc.constantFrom(0, 0.02, 0.5, 50),
    power: fc.constantFrom(0.3, 1, 2),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ rows, step, shift, power, seed }) => {
    const values = Float64Array.from({ length: rows }, (_, i) => ((Math.imul(i + seed, 2_654_435_761) >>> 0) / 2 ** 32) ** power);
    return values.map((value) => Math.round((10 * value) / step) * step + shift).sort();
  });

it('the distance is that of the definition, rows passed over or not', () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      expect(ksStatistic(a, b)).toBe(byDefinition(a, b));
      expect(ksStatistic(b, a)).toBe(byDefinition(a, b));
    }),
    { numRuns: 200 },
  );
});

it('counts bound it by certainty at one bin and pin it down at one row a bin', () => {
  expect(ksOfCounts([5], [7])).toEqual({ low: 0, high: 1 });
  expect(ksOfCounts([1, 0, 0, 1], [0, 1, 1, 0])).toEqual({ low: 0.5, high: 0.5 });
  expect(ksOfCounts([0, 0], [1, 1])).toEqual({ low: NaN, high: NaN });
});
