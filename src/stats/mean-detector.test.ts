import { describe, expect, it } from 'vitest';
import { freshMeanDetector, meanEvidence, risenSince, updateMeanDetector } from './mean-detector.ts';

/** Every run of so many right and wrong answers, with its chance. */
function runs(length: number, wrong: number): { values: number[]; chance: number }[] {
  return Array.from({ length: 2 ** length }, (_, bits) => {
    const values = Array.from({ length }, (_, i) => (bits >> i) & 1);
    const ones = values.reduce((sum, value) => sum + value, 0);
    return { values, chance: wrong ** ones * (1 - wrong) ** (length - ones) };
  });
}
const expected = (length: number, wrong: number, mean: number) =>
  runs(length, wrong).reduce(
    (sum, { values, chance }) => sum + chance * meanEvidence(updateMeanDetector(freshMeanDetector, values, mean)),
    0,
  );

describe('the evidence that a mean has risen', () => {
  it('is on average the number of values while it has not, and less while it is lower', () => {
    for (const mean of [0.05, 0.3, 0.7]) {
      expect(expected(9, mean, mean)).toBeCloseTo(9, 9);
      expect(expected(9, mean * 0.8, mean)).toBeLessThan(9);
      expect(expected(9, Math.min(1, mean * 1.3), mean)).toBeGreaterThan(9);
    }
  });

  it('is the same whether values come at once or one by one', () => {
    const values = Array.from({ length: 500 }, (_, i) => ((i * 7919) % 100) / 100);
    let state = freshMeanDetector;
    for (const value of values) state = updateMeanDetector(state, [value], 0.4);
    expect(state).toEqual(updateMeanDetector(freshMeanDetector, values, 0.4));
  });

  it('grows soon after a rise, and tells its stretch and its mean', () => {
    const every = (n: number, length: number) => Array.from({ length }, (_, i) => Number(i % n === 0));
    const calm = updateMeanDetector(freshMeanDetector, every(5, 5000), 0.25);
    expect(meanEvidence(calm)).toBeLessThan(100);
    const risen = updateMeanDetector(calm, every(2, 200), 0.25);
    expect(meanEvidence(risen)).toBeGreaterThan(100_000);
    const since = risenSince(risen);
    expect(since?.count).toBeGreaterThan(190);
    expect(since?.count).toBeLessThan(215);
    expect(since?.mean).toBeCloseTo(0.5, 1);
  });

  it('stays finite, and is plain JSON', () => {
    const state = updateMeanDetector(freshMeanDetector, new Array<number>(5000).fill(1), 0.01);
    expect(meanEvidence(state)).toBeLessThan(Infinity);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
