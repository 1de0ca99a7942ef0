import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOfNumber, type NumberBins, referenceBins } from '../stats/reference-bins.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { mergeSummaries, summarise } from '../stats/summary.ts';
import { measureCounts, measureNumbers, measureWindow, type NumberColumn } from './measures.ts';

const columnOf = (values: readonly number[]): NumberColumn => {
  const sorted = sortedNumbers(values);
  return { sorted, missing: values.length - sorted.length, summary: summarise(values) };
};
const binsOf = (values: readonly number[]) =>
  referenceBins([{ name: 'x', type: 'number', values }], new Float64Array(values.length)).features[0] as NumberBins;
const countsOf = (bins: NumberBins, values: readonly number[]) => {
  const counts = bins.counts.map(() => 0);
  for (const value of values) {
    const bin = binOfNumber(bins.edges, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
};
const added = (a: readonly number[], b: readonly number[]) => a.map((count, bin) => count + (b[bin] ?? 0));
const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: -5, max: 5 }), fc.constant(NaN));
const values = (minLength = 0) => fc.array(value, { minLength, maxLength: 120 });

describe('windows', () => {
  it('that are merged measure as their rows do at once, from counts and from values', () => {
    fc.assert(
      fc.property(values(1), values(), values(), (reference, first, second) => {
        const bins = binsOf(reference);
        const [one, other, both] = [columnOf(first), columnOf(second), [...first, ...second]];
        expect(measureCounts('x', bins, added(countsOf(bins, first), countsOf(bins, second)))).toEqual(
          measureCounts('x', bins, countsOf(bins, both)),
        );
        const merged: NumberColumn = {
          sorted: Float64Array.of(...one.sorted, ...other.sorted).sort(),
          missing: one.missing + other.missing,
          summary: mergeSummaries(one.summary, other.summary),
        };
        const [apart, together] = [merged, columnOf(both)].map((column) => measureNumbers('x', columnOf(reference), column));
        const { mean, standardDeviation, ...rest } = apart?.sample ?? { mean: null, standardDeviation: null };
        expect({ ...apart, sample: rest }).toMatchObject({ ...together, sample: rest });
        expect(mean ?? 0).toBeCloseTo(together?.sample.mean ?? 0, 6);
        expect(standardDeviation ?? 0).toBeCloseTo(together?.sample.standardDeviation ?? 0, 6);
      }),
    );
  });

  it('are measured feature by feature from their flat counts', () => {
    const xs = Array.from({ length: 200 }, (_, i) => i % 37);
    const reference = referenceBins(
      [
        { name: 'x', type: 'number', values: xs },
        { name: 'on', type: 'boolean', values: xs.map((x) => x % 2) },
        { name: 'colour', type: 'category', values: xs.map((x) => (x % 3 === 0 ? 'red' : 'blue')) },
      ],
      new Float64Array(200),
    );
    const counts = reference.features.flatMap(({ counts }) => counts.map((count) => 2 * count));
    const measured = measureWindow(reference, counts);
    expect(measured.map(({ feature, type, psi }) => [feature, type, psi < 0.01])).toEqual([
      ['x', 'number', true],
      ['on', 'boolean', true],
      ['colour', 'category', true],
    ]);
    expect(measured.map(({ sample }) => sample.rows)).toEqual([400, 400, 400]);
    expect(measured[1]?.sample.mean).toBeCloseTo(measured[1]?.reference.mean ?? NaN, 12);
    expect(() => measureCounts('x', binsOf(xs), [1, 2])).toThrow(RangeError);
  });
});

describe('what counts say', () => {
  it('bounds the KS distance of the values from both sides', () => {
    fc.assert(
      fc.property(values(1), values(1), (reference, sample) => {
        const exact = measureNumbers('x', columnOf(reference), columnOf(sample)).ks;
        const bins = binsOf(reference);
        const counted = measureCounts('x', bins, countsOf(bins, sample)).ks;
        expect(counted === null).toBe(exact === null);
        if (exact === null || counted === null) return;
        expect(counted.distance).toBeLessThanOrEqual(exact.distance + 1e-12);
        expect(counted.atMost).toBeGreaterThanOrEqual(exact.distance - 1e-12);
      }),
    );
  });

  it('is the same for the divergences and chi-square as what the values say', () => {
    fc.assert(
      fc.property(values(1), values(), (reference, sample) => {
        const exact = measureNumbers('x', columnOf(reference), columnOf(sample));
        const bins = binsOf(reference);
        const { psi, kullbackLeibler, jensenShannon, chiSquare } = measureCounts('x', bins, countsOf(bins, sample));
        expect({ psi, kullbackLeibler, jensenShannon, chiSquare }).toEqual({
          psi: exact.psi,
          kullbackLeibler: exact.kullbackLeibler,
          jensenShannon: exact.jensenShannon,
          chiSquare: exact.chiSquare,
        });
      }),
    );
  });

  it('comes near the Wasserstein distance where the sample stays within reach of the reference', () => {
    const smooth = (i: number, n: number) => Math.log((i + 0.5) / n / (1 - (i + 0.5) / n));
    const reference = Array.from({ length: 2000 }, (_, i) => smooth(i, 2000));
    for (const shift of [0.2, 0.5, 1, 2]) {
      const sample = Array.from({ length: 1500 }, (_, i) => smooth(i, 1500) + shift);
      const exact = measureNumbers('x', columnOf(reference), columnOf(sample)).wasserstein?.distance ?? NaN;
      const bins = binsOf(reference);
      const counted = measureCounts('x', bins, countsOf(bins, sample)).wasserstein?.distance ?? NaN;
      expect(exact).toBeCloseTo(shift, 2);
      expect(Math.abs(counted - exact) / exact).toBeLessThan(0.1);
    }
  });
});

describe('the exact measures', () => {
  it('are 0 between rows and themselves, and the same both ways round', () => {
    fc.assert(
      fc.property(values(1), values(1), (a, b) => {
        const own = measureNumbers('x', columnOf(a), columnOf(a));
        expect([own.ks?.distance ?? 0, own.wasserstein?.distance ?? 0, own.psi, own.jensenShannon]).toEqual([0, 0, 0, 0]);
        const [there, back] = [measureNumbers('x', columnOf(a), columnOf(b)), measureNumbers('x', columnOf(b), columnOf(a))];
        expect(there.ks?.distance).toBe(back.ks?.distance);
        expect(there.wasserstein?.distance ?? 0).toBeCloseTo(back.wasserstein?.distance ?? 0, 6);
      }),
    );
  });

  it('have nothing to say of a column that is missing altogether', () => {
    const measured = measureNumbers('x', columnOf([1, 2, 3]), columnOf([NaN, NaN]));
    expect(measured).toMatchObject({ ks: null, wasserstein: null, sample: { rows: 2, missing: 2, mean: null } });
    expect(measured.psi).toBeGreaterThan(0.2);
    expect(JSON.parse(JSON.stringify(measured))).toEqual(measured);
  });
});
