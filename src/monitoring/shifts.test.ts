import { describe, expect, it } from 'vitest';
import { acceptedRows, featureShifts } from './shifts.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const still = (value: number, rows: number) => new Array<number>(rows).fill(value);
const number = { type: 'number' } as const;

function shiftOf(accepted: readonly number[], sample: readonly number[], referenceRows?: number) {
  const [shift] = featureShifts({ x: accepted }, { x: sample }, { x: number }, referenceRows);
  if (shift === undefined) throw new Error('no shift');
  return shift;
}

describe('the shift of a number', () => {
  it('is nothing between equal rows, in whatever order they come', () => {
    expect(shiftOf(range(0, 500), range(0, 500).toReversed())).toEqual({
      feature: 'x',
      psi: 0,
      referenceMean: 249.5,
      sampleMean: 249.5,
      meanShift: 0,
      usualPsi: 0,
      usualMeanShift: 0,
    });
  });

  it('sees a constant that begins to move, and nothing while it stands still', () => {
    expect(shiftOf(still(0.003467, 1000), still(0.003467, 300))).toMatchObject({ psi: 0, meanShift: 0 });
    const moving = shiftOf(
      still(0.003467, 1000),
      range(0, 300).map((i) => 0.003 + i / 1e6),
    );
    expect(moving.psi).toBeGreaterThan(10);
    expect(moving.referenceMean).toBeCloseTo(0.003467, 12);
  });

  it('measures the mean as a share of itself, or of the spread where that is greater', () => {
    expect(shiftOf([9, 10, 11], [11, 11, 11]).meanShift).toBeCloseTo(0.1, 12);
    expect(shiftOf([-10, 0, 10], [5, 5, 5]).meanShift).toBeCloseTo(0.5, 12);
    expect(shiftOf(still(0, 10), still(0.001, 10)).meanShift).toBe(1);
  });

  it('leaves missing values out of the mean and counts them as a bin', () => {
    const shift = shiftOf(range(0, 400), [...range(0, 200), ...still(Number.NaN, 200)]);
    expect(shift.sampleMean).toBe(99.5);
    expect(shift.psi).toBeGreaterThan(1);
    expect(shiftOf(range(0, 10), still(Number.NaN, 10))).toMatchObject({
      referenceMean: null,
      sampleMean: null,
      meanShift: null,
    });
  });

  it('knows how far the accepted rows wandered by themselves', () => {
    // Three seasons of 100 rows; the reference is the last one.
    const seasons = [...range(0, 100), ...range(50, 150), ...range(100, 200)];
    const again = shiftOf(seasons, range(0, 100), 100);
    expect(again.psi).toBe(again.usualPsi);
    expect(again.meanShift).toBe(again.usualMeanShift);
    expect(shiftOf(seasons, range(300, 400), 100).psi).toBeGreaterThan(again.usualPsi - 1e-9);
    expect(shiftOf(seasons, range(300, 400), 100).meanShift).toBeGreaterThan(again.usualMeanShift);
    expect(shiftOf(seasons, range(0, 100))).toMatchObject({ usualPsi: 0, usualMeanShift: 0 });
  });

  it('takes booleans as 0 and 1', () => {
    const [shift] = featureShifts({ b: [true, false, true, false] }, { b: [true, true, true, true] }, { b: { type: 'boolean' } });
    expect(shift).toMatchObject({ referenceMean: 0.5, sampleMean: 1 });
  });
});

describe('the shift of a category', () => {
  const category = { type: 'category' } as const;
  const many = (value: string | null, times: number) => new Array<string | null>(times).fill(value);

  it('sees new values and missing ones, and has no mean', () => {
    const accepted = { c: [...many('a', 50), ...many('b', 50)] };
    const psi = (sample: (string | null)[]) => featureShifts(accepted, { c: sample }, { c: category })[0]?.psi ?? 0;
    expect(psi([...many('b', 50), ...many('a', 50)])).toBe(0);
    expect(psi([...many('a', 50), ...many('c', 50)])).toBeGreaterThan(1);
    expect(psi([...many('a', 50), ...many('b', 30), ...many(null, 20)])).toBeGreaterThan(0.5);
    expect(featureShifts(accepted, accepted, { c: category })[0]).toMatchObject({ referenceMean: null, meanShift: null });
  });
});

describe('several features', () => {
  it('come in the contract’s order, and a column that is gone is missing in every row', () => {
    const shifts = featureShifts({ a: range(0, 100), b: range(0, 100) }, { b: range(0, 100) }, { b: number, a: number });
    expect(shifts.map(({ feature }) => feature)).toEqual(['b', 'a']);
    expect(shifts[0]?.psi).toBe(0);
    expect(shifts[1]?.psi).toBeGreaterThan(5);
  });

  it('need more accepted rows than the reference to know what is usual', () => {
    expect(acceptedRows(1000)).toBeGreaterThan(4000);
  });
});
