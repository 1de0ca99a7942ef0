import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreBin, scoreBins } from './score-histogram.ts';

describe('score histogram', () => {
  it.each(['binary-classification', 'regression'] as const)(
    'keeps the order of scores for %s, and stays within its bins',
    (task) => {
      const score = task === 'regression' ? fc.double({ noNaN: true }) : fc.double({ min: 0, max: 1, noNaN: true });
      fc.assert(
        fc.property(score, score, (a, b) => {
          const [low, high] = a <= b ? [a, b] : [b, a];
          expect(scoreBin(task, low)).toBeLessThanOrEqual(scoreBin(task, high));
          expect(scoreBin(task, low)).toBeGreaterThanOrEqual(0);
          expect(scoreBin(task, high)).toBeLessThan(scoreBins(task));
        }),
      );
    },
  );

  it('tells values of different magnitude and sign apart', () => {
    expect(new Set([-100, -10, 0, 10, 100, 1000].map((score) => scoreBin('regression', score))).size).toBe(6);
  });
});
