import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySummary, mergeSummaries, standardDeviation, standardError, summarise } from './summary.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 });

describe('summaries', () => {
  it('give the textbook mean and standard deviation', () => {
    const summary = summarise([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(summary.mean).toBe(5);
    expect(standardDeviation(summary)).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardError(summary)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });

  it('pass missing values over', () => {
    expect(summarise([1, Number.NaN, 3])).toEqual(summarise([1, 3]));
    expect(summarise([Number.NaN])).toEqual(emptySummary);
  });

  it('have no spread below two values', () => {
    expect(standardDeviation(summarise([5]))).toBe(0);
    expect(standardError(emptySummary)).toBe(0);
  });

  it('merge to what all values at once give', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = mergeSummaries(summarise(a), summarise(b));
        const whole = summarise([...a, ...b]);
        expect(merged.count).toBe(whole.count);
        expect(merged.mean).toBeCloseTo(whole.mean, 4);
        expect(standardDeviation(merged)).toBeCloseTo(standardDeviation(whole), 3);
      }),
    );
  });
});
