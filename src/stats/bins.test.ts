import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { categoryBins, countInBins, quantileBins } from './bins.ts';
import { populationStability } from './psi.ts';

const many = (value: number, times: number) => new Array<number>(times).fill(value);
const numbers = fc.array(fc.oneof(fc.double({ noNaN: true, min: -100, max: 100 }), fc.constantFrom(0, 1, Number.NaN)), {
  minLength: 1,
  maxLength: 200,
});

/** PSI of a sample over bins laid on the reference. */
function index(reference: readonly number[], sample: readonly number[]): number {
  const bins = quantileBins(reference);
  return populationStability(countInBins(bins, reference), countInBins(bins, sample));
}

describe('quantile bins', () => {
  it('hold about equally many rows of a column without ties', () => {
    const reference = Array.from({ length: 1000 }, (_, i) => i);
    expect(countInBins(quantileBins(reference), reference)).toEqual([...many(100, 10), 0]);
  });

  it('give a frequent value a bin of its own and share the rest out', () => {
    const reference = [...many(0, 600), ...Array.from({ length: 400 }, (_, i) => i + 1)];
    expect(countInBins(quantileBins(reference), reference)).toEqual([600, 100, 100, 100, 100, 0]);
    // A value never seen before, between the frequent one and the rest, does not hide in the frequent one's bin.
    expect(countInBins(quantileBins(reference), [0, 0.5, -3])).toEqual([1, 2, 0, 0, 0, 0]);
  });

  it('see a constant that begins to move, however little, and nothing in one that stands still', () => {
    const still = many(0.003467, 1000);
    expect(index(still, many(0.003467, 700))).toBe(0);
    expect(index(still, many(0.003468, 1000))).toBeGreaterThan(10);
    expect(index(still, [...many(0.003467, 950), ...many(0.0035, 50)])).toBeGreaterThan(0.2);
  });

  it('see values that go missing', () => {
    const reference = Array.from({ length: 1000 }, (_, i) => i);
    expect(index(reference, [...reference.slice(0, 800), ...many(Number.NaN, 200)])).toBeGreaterThan(0.5);
    expect(index(many(Number.NaN, 10), many(1, 10))).toBeGreaterThan(1);
  });

  it('hardly move between two samples of the same distribution', () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const draw = () => Array.from({ length: 1000 }, random);
    expect(index(draw(), draw())).toBeLessThan(0.05);
  });

  it('count every value once, and counts of parts add to the counts of the whole', () => {
    fc.assert(
      fc.property(numbers, numbers, numbers, (reference, a, b) => {
        const bins = quantileBins(reference);
        const whole = countInBins(bins, [...a, ...b]);
        expect(whole.reduce((sum, count) => sum + count, 0)).toBe(a.length + b.length);
        const inA = countInBins(bins, a);
        expect(countInBins(bins, b).map((count, bin) => count + (inA[bin] ?? 0))).toEqual(whole);
        expect(whole).toHaveLength(bins.count);
      }),
    );
  });

  it('do not depend on the order of the reference', () => {
    fc.assert(
      fc.property(numbers, numbers, (reference, sample) => {
        expect(countInBins(quantileBins(reference.toReversed()), sample)).toEqual(countInBins(quantileBins(reference), sample));
      }),
    );
  });
});

describe('category bins', () => {
  const reference = ['a', 'a', 'b', null, 'a', 'c'];

  it('keep frequent categories, rare ones, new ones and missing values apart', () => {
    expect(countInBins(categoryBins(reference, 2), ['a', 'b', 'c', 'new', null, 'newer'])).toEqual([1, 1, 1, 2, 1]);
  });

  it('make a category that was never seen before count', () => {
    const bins = categoryBins(['x', 'y', 'x', 'y', 'x', 'y', 'x', 'y', 'x', 'y']);
    const before = countInBins(bins, ['x', 'y', 'x', 'y', 'x', 'y', 'x', 'y', 'x', 'y']);
    expect(populationStability(before, countInBins(bins, ['x', 'y', 'x', 'y', 'x', 'z', 'z', 'z', 'z', 'z']))).toBeGreaterThan(
      0.5,
    );
  });
});
