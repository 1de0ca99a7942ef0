import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../test/training/generated-frame.ts';
import { pickRows } from '../data/pick-rows.ts';
import { partOfRows } from './part-of-rows.ts';

const whole = {
  ...generatedFrame('binary-classification', 90),
  timestamp: Float64Array.from({ length: 90 }, (_, i) => i * 1000),
  weight: Float64Array.from({ length: 90 }, (_, i) => i + 1),
};

describe('a part of the rows', () => {
  it('is spread evenly over all of them, each with all that belongs to it', () => {
    const third = partOfRows(whole, 1 / 3);
    const rows = Array.from({ length: 30 }, (_, i) => 3 * i + 1);
    expect(third.rows).toBe(30);
    expect(third.columns).toEqual(pickRows(whole, rows).columns);
    expect([...third.label]).toEqual(rows.map((row) => whole.label[row]));
    expect([...(third.timestamp ?? [])]).toEqual(rows.map((row) => row * 1000));
    expect([...(third.weight ?? [])]).toEqual(rows.map((row) => row + 1));
  });

  it('is all of them, or one at least', () => {
    expect(partOfRows(whole, 1)).toBe(whole);
    expect(partOfRows(whole, 1e-9).rows).toBe(1);
  });

  it('has no times and weights where the rows have none', () => {
    const { weight: _, ...rest } = whole;
    const half = partOfRows({ ...rest, timestamp: null }, 0.5);
    expect(half.timestamp).toBeNull();
    expect('weight' in half).toBe(false);
  });
});
