import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binCount, binOfNumber, featureOffsets, type NumberBins, referenceBins } from './reference-bins.ts';

const numbers = (values: ArrayLike<number>) =>
  referenceBins([{ name: 'x', type: 'number', values }], new Float64Array(values.length)).features[0] as NumberBins & {
    name: string;
  };
const categories = (values: readonly string[]) =>
  referenceBins([{ name: 'x', type: 'category', values }], new Float64Array(values.length)).features[0];
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
/** Few distinct ones, so that some are frequent. */
const anyNumber = fc.oneof(
  fc.double({ min: -1e30, max: 1e30, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constant(NaN),
);

describe('bins of numbers', () => {
  it('cover every number, ascending, and hold every reference row once', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 200 }), fc.double(), (values, later) => {
        const bins = numbers(values);
        expect(bins.edges).toEqual([...new Set(bins.edges)].toSorted((a, b) => a - b));
        expect(binCount(bins)).toBe(bins.counts.length);
        expect(bins.counts.length).toBeLessThanOrEqual(42);
        expect(sum(bins.counts)).toBe(values.length);
        expect(bins.counts.at(-1)).toBe(values.filter(Number.isNaN).length);
        const bin = binOfNumber(bins.edges, later);
        expect(bin).toBeGreaterThanOrEqual(0);
        expect(bin).toBeLessThan(bins.counts.length);
        expect(bin === bins.counts.length - 1).toBe(Number.isNaN(later));
      }),
    );
  });

  it('hold about a twentieth of the rows each where values do not repeat', () => {
    const bins = numbers(Float64Array.from({ length: 1000 }, (_, i) => Math.exp(((i * 377) % 1000) / 100)));
    expect(bins.counts.slice(0, -1)).toEqual(Array<number>(20).fill(50));
    expect(bins.counts.at(-1)).toBe(0);
  });

  it('give a frequent value a bin of its own: a constant that moves, either way, falls into one that was empty', () => {
    const bins = numbers(new Float64Array(100).fill(0.414912));
    const [below, own, above] = [0.41, 0.414912, 0.42].map((value) => binOfNumber(bins.edges, value));
    expect(bins.counts[own as number]).toBe(100);
    expect(bins.counts[below as number]).toBe(0);
    expect(bins.counts[above as number]).toBe(0);
    expect(new Set([below, own, above]).size).toBe(3);
    const zeros = numbers(Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : i)));
    expect(zeros.counts[binOfNumber(zeros.edges, 0)]).toBe(50);
    expect(zeros.counts[binOfNumber(zeros.edges, -1e-9)]).toBe(0);
  });

  it('take a number and its rounding to float32 for the same', () => {
    const decimal = fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1000);
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 100 }), fc.nat(), (values, which) => {
        const bins = numbers(values);
        const value = values[which % values.length] as number;
        expect(binOfNumber(bins.edges, Math.fround(value))).toBe(binOfNumber(bins.edges, value));
        expect(numbers(Float32Array.from(values)).counts).toEqual(bins.counts);
      }),
    );
  });
});

describe('bins of other features', () => {
  it('are three for a boolean: false, true, missing', () => {
    const { features } = referenceBins([{ name: 'x', type: 'boolean', values: [1, 0, NaN, 1] }], [0, 0, 0, 0]);
    expect(features[0]).toEqual({ name: 'x', type: 'boolean', counts: [1, 2, 1] });
  });

  it('are the most frequent categories, then all others, then missing', () => {
    const values = [...Array.from({ length: 60 }, (_, i) => `c${String(i).padStart(2, '0')}`), 'c59', 'c59', 'c58', '', ''];
    const bins = categories(values);
    expect(bins).toMatchObject({ type: 'category' });
    expect(bins?.type === 'category' && bins.values.slice(0, 4)).toEqual(['c59', 'c58', 'c00', 'c01']);
    expect(bins?.counts).toHaveLength(52);
    expect(bins?.counts[0]).toBe(3);
    expect(bins?.counts.slice(-2)).toEqual([10, 2]);
  });

  it('lie one feature after the other in the flat counts', () => {
    const reference = referenceBins(
      [
        { name: 'a', type: 'number', values: [1, 1, 1] },
        { name: 'b', type: 'boolean', values: [1, 0, 1] },
        { name: 'c', type: 'category', values: ['x', 'y', 'x'] },
      ],
      [0.1, 0.2, 0.3],
    );
    expect(featureOffsets(reference)).toEqual([0, 4, 7, 11]);
    expect(reference.rows).toBe(3);
    expect(reference.features.map(({ counts }) => sum(counts))).toEqual([3, 3, 3]);
    expect(sum(reference.score.counts)).toBe(3);
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
  });

  it('exist without a reference row: everything is in the first, or missing', () => {
    const { features, score } = referenceBins([{ name: 'x', type: 'number', values: [] }], []);
    expect(features[0]).toEqual({ name: 'x', type: 'number', edges: [], counts: [0, 0] });
    expect(binOfNumber(score.edges, 0.5)).toBe(0);
  });
});
