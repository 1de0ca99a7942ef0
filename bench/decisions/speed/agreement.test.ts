import { expect, it } from 'vitest';
import { measureCounts, measureNumbers } from '../../../src/monitoring/measures.ts';
import { binsOfSorted, countSorted } from '../../../src/stats/reference-bins.ts';
import { sortedNumbers } from '../../../src/stats/sorted-numbers.ts';
import { summarise } from '../../../src/stats/summary.ts';
import { checkAgreement, largestErrors } from './agreement.ts';

const column = (values: readonly number[]) => ({ sorted: sortedNumbers(values), missing: 0, summary: summarise(values) });
const [reference, sample] = [0, 0.5].map((shift) => column(Array.from({ length: 500 }, (_, i) => Math.sqrt(i) + shift))) as [
  ReturnType<typeof column>,
  ReturnType<typeof column>,
];
const exact = measureNumbers('x', reference, sample);
const bins = binsOfSorted(reference.sorted, 0);
const binned = measureCounts('x', bins, countSorted(bins.edges, sample.sorted, 0));
const own = exact.wasserstein?.inDeviations ?? NaN;

it('a run ends where the peer measured something else', () => {
  expect(() => checkAgreement([exact], { x: ['Wasserstein distance (normed)', own] })).not.toThrow();
  expect(() => checkAgreement([exact], { x: ['Wasserstein distance (normed)', own + 1e-4] })).toThrow(
    /^pawl and Evidently .* x: /,
  );
  // Of up to a thousand rows Evidently takes a test of its own.
  expect(() => checkAgreement([exact], { x: ['K-S p_value', 0.3] })).not.toThrow();
});

it('what counts lose is within what they say that they may lose', () => {
  const errors = largestErrors([exact], [binned]);
  expect(errors.divergences).toBe(0);
  expect(errors.ks).toBeGreaterThanOrEqual(0);
  expect(errors.ks).toBeLessThanOrEqual(errors.ksBound);
  expect(errors.wasserstein).toBeLessThan(0.05);
});
