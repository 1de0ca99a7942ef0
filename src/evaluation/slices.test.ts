import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import type { SliceSpec } from '../spec/evaluation-schema.ts';
import { answersAt } from './answers.ts';
import { checkSlices, slicesOf } from './slices.ts';

const frame: Frame = {
  rows: 6,
  features: ['sex', 'age', 'new'],
  columns: {
    sex: { type: 'category', codes: Int32Array.of(0, 0, 1, 1, 1, -1), levels: ['Female', 'Male'] },
    age: { type: 'number', values: Float32Array.of(18, 29, 30, 65, NaN, 20) },
    new: { type: 'number', values: Float32Array.of(1, 0, 1, 0, NaN, 1), boolean: true },
  },
  label: Float64Array.of(1, 0, 1, 1, 0, 0),
  classes: ['no', 'yes'],
  timestamp: null,
};
const rowsOf = (spec: Pick<SliceSpec, 'where' | 'by'>) => slicesOf(spec, frame).map(({ name, rows }) => [name, [...rows]]);

describe('slices', () => {
  it('are of a value, of several, or of a range that its end is not in', () => {
    expect(rowsOf({ where: { sex: { in: ['Female'] } } })).toEqual([['sex is Female', [0, 1]]]);
    expect(rowsOf({ where: { sex: { in: ['Female', 'Male'] } } })).toEqual([['sex is Female or Male', [0, 1, 2, 3, 4]]]);
    expect(rowsOf({ where: { age: { from: 18, below: 30 } } })).toEqual([['age is from 18 to below 30', [0, 1, 5]]]);
    expect(rowsOf({ where: { age: { from: 30 }, new: { in: ['true'] } } })).toEqual([
      ['age is at least 30 and new is true', [2]],
    ]);
  });

  it('are one for each value of a column; rows without one are in none', () => {
    expect(rowsOf({ by: 'sex' })).toEqual([
      ['sex is Female', [0, 1]],
      ['sex is Male', [2, 3, 4]],
    ]);
    expect(rowsOf({ by: 'new' })).toEqual([
      ['new is false', [1, 3]],
      ['new is true', [0, 2, 5]],
    ]);
  });

  it('are judged on their own rows, and not at all where these are too few, which is told', async () => {
    const candidate = answersAt(Float64Array.of(1, 1, 1, 1, 0, 0), 0.5);
    const evaluated = {
      label: frame.label,
      candidate,
      champion: answersAt(Float64Array.of(1, 0, 1, 1, 0, 0), 0.5),
      on: 'held-out rows',
      inOrder: false,
    };
    const gates = [{ accuracy: { at_least: 0.9, better_than_champion_by: -0.01 } }];
    const results = await checkSlices([{ by: 'sex', at_least: 3, gates }], frame, evaluated, 0.95);
    expect(results).toMatchObject([
      { gate: 'accuracy at_least 0.9 where sex is Male', passed: true, value: 1, rows: 3, on: 'held-out rows where sex is Male' },
      { gate: 'accuracy better_than_champion_by -0.01 where sex is Male', passed: false, gain: 0 },
      { passed: true, rows: 2, because: 'not judged, with fewer than 3 of 6 held-out rows: sex is Female (2)' },
    ]);
    const female = await checkSlices([{ where: { sex: { in: ['Female'] } }, at_least: 2, gates }], frame, evaluated, 0.95);
    expect(female.map(({ passed, value }) => [passed, value])).toEqual([
      [false, 0.5],
      [false, 0.5],
    ]);
  });
});
