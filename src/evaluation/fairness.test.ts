import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import type { FairnessSpec } from '../spec/evaluation-schema.ts';
import { answersAt } from './answers.ts';
import { checkFairness } from './fairness.ts';

/** So many rows of each group, by label and call. */
const groups = [
  { code: 0, rows: [30, 10, 20, 140] }, // a: 40 positive, 30 found; 160 negative, 20 called
  { code: 1, rows: [50, 50, 60, 40] }, // b: 100 positive, 50 found; 100 negative, 60 called
  { code: 2, rows: [3, 0, 0, 3] }, // c: six rows
];
const each = groups.flatMap(({ code, rows }) =>
  rows.flatMap((count, i) =>
    Array.from({ length: count }, () => ({ code, label: i < 2 ? 1 : 0, call: i === 0 || i === 2 ? 1 : 0 })),
  ),
);
const frame: Frame = {
  rows: each.length,
  features: ['group'],
  columns: { group: { type: 'category', codes: Int32Array.from(each, ({ code }) => code), levels: ['a', 'b', 'c'] } },
  label: Float64Array.from(each, ({ label }) => label),
  classes: ['no', 'yes'],
  timestamp: null,
};
const candidate = answersAt(
  Float64Array.from(each, ({ call }) => (call === 1 ? 0.8 : 0.2)),
  0.5,
);

const check = (spec: Omit<FairnessSpec, 'groups' | 'at_least'> & { at_least?: number }) =>
  checkFairness(
    { groups: ['group'], at_least: 30, ...spec },
    frame,
    { label: frame.label, candidate, champion: null, on: 'held-out rows', inOrder: false },
    0.95,
  );

describe('fairness by group', () => {
  it('tells the rates of every group with their intervals, whether a bound asks or not', async () => {
    const { results, groups: told } = await check({});
    expect(results).toEqual([]);
    expect(
      told.map(({ group, rows, selection, truePositive, falsePositive }) => [
        group,
        rows,
        selection?.value,
        truePositive?.value,
        falsePositive?.value,
      ]),
    ).toEqual([
      ['group is a', 200, 0.25, 0.75, 0.125],
      ['group is b', 200, 0.55, 0.5, 0.6],
      ['group is c', 6, 0.5, 1, 0],
    ]);
    expect(told[0]?.truePositive).toMatchObject({ rows: 40, low: expect.closeTo(0.624, 3), high: expect.closeTo(0.844, 3) });
    expect(told[0]?.calibration?.value).toBeGreaterThan(0);
  });

  it('bounds the ratio of selection rates and the gaps between the groups furthest apart', async () => {
    const { results } = await check({
      disparate_impact: { at_least: 0.8 },
      equal_opportunity: { at_most: 0.3 },
      false_positive_gap: { at_most: 0.3 },
      calibration: { at_most: 0.5 },
    });
    expect(results.map(({ metric, passed, value }) => [metric, passed, value])).toEqual([
      ['disparate_impact', false, expect.closeTo(0.25 / 0.55, 9)],
      ['equal_opportunity', true, 0.25],
      ['false_positive_gap', false, expect.closeTo(0.475, 9)],
      ['calibration', true, expect.any(Number)],
    ]);
    expect(results[0]?.because).toBe(
      'disparate impact by group is 0.4545 (0.3646 to 0.5729, each end with 95 % confidence) on 406 held-out rows, at least 0.8 is asked: ' +
        '25 % of 200 where group is a, 55 % of 200 where group is b; not judged, with fewer than 30 rows: group is c (6)',
    );
    expect(
      results.every(({ interval, value }) => (interval?.low ?? 1) < (value ?? 0) && (interval?.high ?? 0) > (value ?? 1)),
    ).toBe(true);
  });

  it('asks the whole interval where a bound states a confidence', async () => {
    const { results } = await check({ equal_opportunity: { at_most: 0.3, confidence: 0.9 } });
    expect(results[0]).toMatchObject({ passed: false, value: 0.25, interval: { confidence: 0.9 } });
  });

  it('passes where too few groups have rows enough, and says which have not', async () => {
    const { results } = await check({ at_least: 50, equal_opportunity: { at_most: 0.01 } });
    expect(results[0]).toMatchObject({
      passed: true,
      value: null,
      because:
        'gap of true-positive rates by group has too few groups to compare on 406 held-out rows; not judged, with fewer than 50 positive rows: group is a (40), group is c (3)',
    });
  });
});
