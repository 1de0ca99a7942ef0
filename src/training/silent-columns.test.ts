import { expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import { silentColumns, tellSilent } from './silent-columns.ts';

const frame: Frame = {
  rows: 3,
  features: ['x', 'still', 'absent', 'region', 'empty', 'sometimes', 'nowhere'],
  columns: {
    x: { type: 'number', values: Float32Array.of(1, 1, 2) },
    still: { type: 'number', values: Float32Array.of(-0, 0, 0) },
    absent: { type: 'number', values: new Float32Array(3).fill(NaN) },
    region: { type: 'category', codes: Int32Array.of(0, 0, 0), levels: ['a', 'b'] },
    empty: { type: 'category', codes: Int32Array.of(-1, 0, -1), levels: [''] },
    sometimes: { type: 'number', values: Float32Array.of(NaN, 3, 3) },
    nowhere: { type: 'category', codes: new Int32Array(3).fill(-1), levels: [] },
  },
  label: Float64Array.of(1, 2, 3),
  classes: null,
  timestamp: null,
};

it('columns of one value and columns without any are told, others are not', () => {
  expect(silentColumns(frame)).toEqual({ constant: ['still', 'region'], missing: ['absent', 'empty', 'nowhere'] });
  expect(tellSilent(silentColumns(frame))).toBe(
    'still and region have one value in every row, and absent, empty and nowhere are missing in every row: nothing was learned from them.',
  );
  expect(tellSilent({ constant: [], missing: ['absent'] })).toBe('absent is missing in every row: nothing was learned from it.');
  expect(tellSilent({ constant: [], missing: [] })).toBeNull();
});

it('of a hundred such columns ten are named', () => {
  const constant = Array.from({ length: 100 }, (_, i) => `c${i}`);
  expect(tellSilent({ constant, missing: [] })).toMatch(/^c0, c1, .*, c9 and 90 more have one value/);
});
