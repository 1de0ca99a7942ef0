import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalOpportunity, type ScoredGroup } from './group-thresholds.ts';

const row = fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: 1, max: 999 }).map((score) => score / 1000) });
const group = (value: string) =>
  fc
    .array(row, { minLength: 1, maxLength: 25 })
    .filter((rows) => rows.some(({ label }) => label === 1))
    .map((rows): ScoredGroup => ({ value, label: rows.map(({ label }) => label), score: rows.map(({ score }) => score) }));
const groups = fc.tuple(group('a'), group('b'));

/** True-positive rate and right answers under a threshold. */
function outcome({ label, score }: ScoredGroup, threshold: number): { rate: number; right: number } {
  const rows = Array.from(label, (y, i) => ({ y, called: (score[i] ?? 0) >= threshold ? 1 : 0 }));
  const positives = rows.filter(({ y }) => y === 1);
  return {
    rate: positives.filter(({ called }) => called === 1).length / positives.length,
    right: rows.filter(({ y, called }) => y === called).length,
  };
}

describe('thresholds of equal opportunity', () => {
  it('give every group that true-positive rate, to less than what one score makes', () =>
    fc.assert(
      fc.property(groups, (pair) => {
        const found = equalOpportunity(pair, 1);
        for (const one of pair) {
          const threshold = found?.thresholds[one.value] ?? NaN;
          expect(outcome(one, threshold).rate).toBeGreaterThanOrEqual((found?.truePositive ?? NaN) - 1e-9);
          // The next higher score would be too few.
          const higher = Array.from(one.score)
            .filter((score) => score >= threshold)
            .toSorted((a, b) => a - b)[0];
          if (higher !== undefined) expect(outcome(one, higher + 1e-9).rate).toBeLessThan((found?.truePositive ?? NaN) + 1e-9);
        }
      }),
    ));

  it('leave the most answers right of all that do, found by trying them all', () =>
    fc.assert(
      fc.property(groups, (pair) => {
        const tried = [...new Set(pair.flatMap(({ score }) => Array.from(score, (s) => s - 1e-6))), 1];
        const rates = new Set(pair.flatMap((one) => tried.map((threshold) => outcome(one, threshold).rate)));
        const best = Math.max(
          ...Array.from(rates, (rate) =>
            pair.reduce((sum, one) => {
              const enough = tried.filter((threshold) => outcome(one, threshold).rate >= rate - 1e-9);
              return sum + outcome(one, Math.max(...enough)).right;
            }, 0),
          ),
        );
        const found = equalOpportunity(pair, 1);
        const right = pair.reduce((sum, one) => sum + outcome(one, found?.thresholds[one.value] ?? NaN).right, 0);
        expect(right).toBe(best);
      }),
    ));

  it('leave groups with few positive rows to the threshold of everybody, and are none where all have few', () => {
    const many: ScoredGroup = { value: 'many', label: [1, 1, 1, 0, 0, 0], score: [0.9, 0.8, 0.7, 0.3, 0.2, 0.1] };
    const few: ScoredGroup = { value: 'few', label: [1, 0], score: [0.4, 0.5] };
    const found = equalOpportunity([many, few], 2);
    expect(found).toMatchObject({ thresholds: { many: 0.5 }, truePositive: 1, left: ['few'] });
    expect(found?.otherwise).toBeCloseTo(0.35, 9);
    expect(equalOpportunity([many, few], 4)).toBeNull();
  });
});
