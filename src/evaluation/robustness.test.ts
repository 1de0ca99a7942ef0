import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import { answersAt } from './answers.ts';
import { withMissing } from './changed-rows.ts';
import { reliabilityCurve } from './reliability.ts';
import { checkRobustness } from './robustness.ts';

const rows = 1000;
const frame: Frame = {
  rows,
  features: ['x', 'kind'],
  columns: {
    x: { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => i % 2) },
    kind: { type: 'category', codes: Int32Array.from({ length: rows }, (_, i) => i % 3), levels: ['a', 'b', 'c'] },
  },
  label: Float64Array.from({ length: rows }, (_, i) => i % 2),
  classes: ['no', 'yes'],
  timestamp: null,
};
/** Right while it sees x, always negative without. */
const score = ({ columns: { x } }: Frame) =>
  Promise.resolve(answersAt(x?.type === 'number' ? x.values.map((value) => (value === 1 ? 0.9 : 0.1)) : [], 0.5));

describe('robustness to missing values', () => {
  it('takes the stated share of the values away, the same each time, and leaves all else', () => {
    const some = withMissing(frame, ['x'], 0.2, 1);
    const { x, kind } = some.columns;
    const taken = x?.type === 'number' ? x.values.filter((value) => Number.isNaN(value)).length : 0;
    expect(taken).toBeGreaterThan(160);
    expect(taken).toBeLessThan(240);
    expect(kind).toBe(frame.columns['kind']);
    expect(withMissing(frame, ['x'], 0.2, 1)).toEqual(some);
    expect(withMissing(frame, ['kind'], 1, 1).columns['kind']).toMatchObject({ codes: new Int32Array(rows).fill(-1) });
  });

  it('bounds what the metric loses, with an interval of the pairs', async () => {
    const subject = { frame, answers: await score(frame), score, on: 'held-out rows', confidence: 0.95 };
    const result = await checkRobustness({ missing: 0.2, loses_at_most: 0.15 }, subject);
    expect(result).toMatchObject({ passed: true, metric: 'robustness', rows });
    // Half of the rows whose x is gone were positive: a tenth of all.
    expect(result.value).toBeCloseTo(0.1, 1);
    expect(result.interval?.low).toBeLessThan(result.value ?? NaN);
    expect(result.interval?.high).toBeGreaterThan(result.value ?? NaN);
    expect(result.because).toMatch(
      /^loss of accuracy with 20 % of the values missing is .*: 1 with all values, 0\.\d+ without those of every feature$/,
    );
    expect((await checkRobustness({ missing: 0.2, loses_at_most: 0.05 }, subject)).passed).toBe(false);
    expect((await checkRobustness({ missing: 0.9, columns: ['kind'], loses_at_most: 0 }, subject)).passed).toBe(true);
  });
});

describe('a reliability curve', () => {
  it('says of each bin what the scores promised and what came of it', () => {
    const label = Float64Array.of(1, 0, 1, 1);
    expect(reliabilityCurve(label, answersAt([0.21, 0.29, 0.95, 1], 0.5), 0.95)).toEqual([
      { from: 0.2, to: 0.3, rows: 2, meanScore: 0.25, positive: 0.5, low: expect.any(Number), high: expect.any(Number) },
      { from: 0.9, to: 1, rows: 2, meanScore: 0.975, positive: 1, low: expect.any(Number), high: 1 },
    ]);
    expect(reliabilityCurve(label, answersAt([1, 2, 3, 4], null), 0.95)).toBeNull();
    expect(reliabilityCurve(label, { ...answersAt([1, 0, 1, 1], 0.5), graded: false }, 0.95)).toBeNull();
  });
});
