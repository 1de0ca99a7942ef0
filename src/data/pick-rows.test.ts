import { expect, it } from 'vitest';
import type { Frame } from './dataset.ts';
import { pickRows } from './pick-rows.ts';

const frame: Frame = {
  rows: 3,
  features: ['size', 'region'],
  columns: {
    size: { type: 'number', values: Float32Array.of(1, NaN, 3), boolean: true },
    region: { type: 'category', codes: Int32Array.of(1, -1, 0), levels: ['north', 'south'] },
  },
  label: Float64Array.of(10, 20, 30),
  classes: null,
  timestamp: Float64Array.of(100, 200, 300),
  weight: Float64Array.of(0.5, 1, 2),
};

it('takes each row with all that belongs to it, in the order named, as often as named', () => {
  expect(pickRows(frame, [2, 0, 2])).toEqual({
    rows: 3,
    features: ['size', 'region'],
    columns: {
      size: { type: 'number', values: Float32Array.of(3, 1, 3), boolean: true },
      region: { type: 'category', codes: Int32Array.of(0, 1, 0), levels: ['north', 'south'] },
    },
    label: Float64Array.of(30, 10, 30),
    classes: null,
    timestamp: Float64Array.of(300, 100, 300),
    weight: Float64Array.of(2, 0.5, 2),
  });
  expect(pickRows(frame, Int32Array.of(1)).columns).toEqual({
    size: { type: 'number', values: Float32Array.of(NaN), boolean: true },
    region: { type: 'category', codes: Int32Array.of(-1), levels: ['north', 'south'] },
  });
});

it('adds neither times nor weights to rows that have none, and takes no row at all', () => {
  const { weight: _, ...plain } = { ...frame, timestamp: null };
  expect(pickRows(plain, [])).toMatchObject({ rows: 0, timestamp: null, label: new Float64Array() });
  expect('weight' in pickRows(plain, [0])).toBe(false);
});
