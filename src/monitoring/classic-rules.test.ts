import { describe, expect, it } from 'vitest';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summarise } from '../stats/summary.ts';
import { classicDrift, classicPerformance, driftScore } from './classic-rules.ts';
import { measureNumbers } from './measures.ts';

const column = (values: readonly number[]) => ({ sorted: sortedNumbers(values), missing: 0, summary: summarise(values) });
const even = (rows: number, from: number, to: number) => Array.from({ length: rows }, (_, i) => from + ((to - from) * i) / rows);
const measured = (feature: string, sample: readonly number[]) =>
  measureNumbers(feature, column(even(5000, 100, 200)), column(sample));

const same = measured('price', even(1000, 100, 200));
const moved = measured('demand', even(1000, 130, 230));
const slightly = measured('demand', even(1000, 106, 206));

describe('the classic rules on features', () => {
  it('say nothing of a sample that is like the reference', () => {
    expect(classicDrift([same])).toEqual({ breaches: [], streaks: {} });
  });

  it('say each what it found, with numbers', () => {
    const { breaches } = classicDrift([same, moved], { demand: 2 });
    expect(breaches.map(({ rule, feature }) => [rule, feature])).toEqual([
      ['ks', 'demand'],
      ['psi', 'demand'],
      ['mean', 'demand'],
      ['drift score', null],
    ]);
    expect(breaches[0]?.because).toBe('KS finds demand changed on 1,000 rows (distance 0.3, p below 0.0001, limit 0.05)');
    expect(breaches[2]?.because).toBe('the mean of demand is off by more than 10 % in 3 batches in a row, now from 150 to 180');
  });

  it('take KS for a test of a thousand rows', () => {
    const few = measured('demand', even(999, 106, 206));
    expect(classicDrift([slightly]).breaches.map(({ rule }) => rule)).toContain('ks');
    expect(classicDrift([few]).breaches.map(({ rule }) => rule)).not.toContain('ks');
  });

  it('count the batches in which a mean was off, and begin anew when it was not', () => {
    const first = classicDrift([moved]);
    const second = classicDrift([moved], first.streaks);
    expect(second.streaks).toEqual({ demand: 2 });
    expect(second.breaches.map(({ rule }) => rule)).not.toContain('mean');
    expect(classicDrift([moved], second.streaks).breaches.map(({ rule }) => rule)).toContain('mean');
    expect(classicDrift([{ ...same, feature: 'demand' }], second.streaks).streaks).toEqual({});
  });

  it('weigh the drift score by importance', () => {
    const [low, high] = [driftScore([same]), driftScore([moved])];
    expect(low).toBeLessThan(0.1);
    expect(driftScore([same, moved])).toBeCloseTo((low + high) / 2, 12);
    expect(driftScore([same, moved], { price: 3, demand: 1 })).toBeCloseTo((3 * low + high) / 4, 12);
    expect(driftScore([same, moved], { price: 0, demand: 0 })).toBeCloseTo((low + high) / 2, 12);
    expect(driftScore([])).toBe(0);
  });
});

describe('the classic rules on label metrics', () => {
  it('judge MAE against the release, on a thousand labels', () => {
    expect(classicPerformance({ mae: 11.1 }, { mae: 10 }, 1000).map(({ rule }) => rule)).toEqual(['mae']);
    expect(classicPerformance({ mae: 10.9 }, { mae: 10 }, 1000)).toEqual([]);
    expect(classicPerformance({ mae: 20 }, { mae: 10 }, 999)).toEqual([]);
    expect(classicPerformance({ mae: 20 }, {}, 5000)).toEqual([]);
  });

  it('judge F1 and accuracy by themselves, and what is not measured not at all', () => {
    expect(classicPerformance({ f1: 0.84, accuracy: 0.89 }, {}, 500).map(({ because }) => because)).toEqual([
      'F1 is 0.84, below 0.85',
      'accuracy is 0.89, below 0.9',
    ]);
    expect(classicPerformance({ f1: 0.85, accuracy: 0.9 }, {}, 500)).toEqual([]);
    expect(classicPerformance({}, { f1: 0.9 }, 500)).toEqual([]);
  });
});
