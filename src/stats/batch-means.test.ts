import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { batchMeansTime } from './batch-means.ts';

/** AR(1) with uniform noise. */
function correlated(phi: number, rows: number, seed: number): Float64Array {
  const random = new Random(seed);
  const values = new Float64Array(rows);
  for (let i = 1; i < rows; i++) values[i] = phi * (values[i - 1] ?? 0) + random.next() - 0.5;
  return values;
}

describe('rows that are worth one', () => {
  it('are one where rows are independent', () => {
    const times = Array.from({ length: 20 }, (_, seed) => batchMeansTime(correlated(0, 5000, seed + 1)));
    expect(times.filter((time) => time === 1).length).toBeGreaterThanOrEqual(18);
  });

  it('are (1 + phi) / (1 - phi) where neighbours are correlated, and rather more than fewer', () => {
    for (const phi of [0.5, 0.9]) {
      const worth = (1 + phi) / (1 - phi);
      const times = Array.from({ length: 20 }, (_, seed) => batchMeansTime(correlated(phi, 20_000, seed + 1)));
      const middle = times.toSorted((a, b) => a - b)[10] ?? 0;
      expect(middle).toBeGreaterThan(0.95 * worth);
      expect(middle).toBeLessThan(1.6 * worth);
    }
  });

  it('count days that are alike although the hours of each differ', () => {
    const random = new Random(2);
    let level = 0;
    const values = Array.from({ length: 200 * 24 }, (_, hour) => {
      if (hour % 72 === 0) level = random.next();
      return level + 2 * Math.cos((2 * Math.PI * hour) / 24);
    });
    // Three days share a level: 72 hours are worth one, for the part of the variance that levels make.
    expect(batchMeansTime(values)).toBeGreaterThan(2);
  });

  it('are one of values that stand still, and of too few', () => {
    expect(batchMeansTime(new Float64Array(1000).fill(3))).toBe(1);
    expect(batchMeansTime([1, 2, 3])).toBe(1);
    expect(batchMeansTime([])).toBe(1);
  });
});
