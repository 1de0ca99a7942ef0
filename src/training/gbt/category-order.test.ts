import { describe, expect, it } from 'vitest';
import { orderCategories } from './category-order.ts';

const column = (codes: number[], levels: string[]) => ({ type: 'category', codes: Int32Array.from(codes), levels }) as const;

const of = (label: Float64Array, weights: Float64Array | null = null) => ({ label, weights, learned: label.length });

describe('the order of categories', () => {
  it('is that of their mean labels, missing ones apart', () => {
    const codes = [...Array<number>(30).fill(0), ...Array<number>(30).fill(1), ...Array<number>(30).fill(2), -1];
    const label = Float64Array.from(codes, (code, i) => (code === 0 ? i % 2 : code === 1 ? 0 : 1));
    const { ranks, values } = orderCategories(column(codes, ['half', 'none', 'all']), of(label), null);
    expect([...ranks]).toEqual([
      ['none', 0],
      ['half', 1],
      ['all', 2],
    ]);
    expect([values[0], values[30], values[60], values[90]]).toEqual([1, 0, 2, NaN]);
  });

  it('is not led by a level of one row', () => {
    const codes = [...Array<number>(50).fill(0), ...Array<number>(50).fill(1), 2];
    const label = Float64Array.from(codes, (code) => (code === 0 ? 0 : 1));
    const { ranks } = orderCategories(column(codes, ['low', 'high', 'once']), of(label), null);
    expect([...ranks.keys()]).toEqual(['low', 'once', 'high']);
  });

  it('leaves out levels that no row has', () => {
    const { ranks } = orderCategories(column([0, 2], ['a', 'b', 'c']), of(Float64Array.of(0, 1)), null);
    expect([...ranks.keys()]).toEqual(['a', 'c']);
  });

  it('counts rows by their weight, and only those that are learned from', () => {
    const codes = Array.from({ length: 60 }, (_, i) => i % 2);
    const label = Float64Array.from(codes, (code, i) => (code === 0 ? 1 : Number(i >= 30)));
    const order = (target: Parameters<typeof orderCategories>[1]) =>
      [...orderCategories(column(codes, ['a', 'b']), target, null).ranks.keys()].join('');
    expect(order(of(label))).toBe('ba');
    // Of b only the later rows are positive; of a all are. Rows of a weighing nothing, b leads.
    expect(order({ label: label.map((y) => 1 - y), weights: null, learned: 60 })).toBe('ab');
    expect(order({ label, weights: Float64Array.from(codes, (code) => (code === 0 ? 1e-9 : 1)), learned: 60 })).toBe('ba');
    expect(
      order({
        label: Float64Array.from(codes, (code, i) => Number(i < 30 ? code === 0 : code === 1)),
        weights: null,
        learned: 30,
      }),
    ).toBe('ba');
    expect(
      order({
        label: Float64Array.from(codes, (code, i) => Number(i < 30 ? code === 1 : code === 0)),
        weights: null,
        learned: 30,
      }),
    ).toBe('ab');
  });

  it('puts levels of like classes side by side where there are more than two', () => {
    // Levels a and c are mostly of class 2, b and d mostly of class 0, and e is between.
    const codes = Array.from({ length: 500 }, (_, i) => i % 5);
    const label = Float64Array.from(codes, (code, i) => {
      const turn = Math.floor(i / 5) % 10;
      if (code === 4) return turn % 3;
      return turn === 0 ? 1 : code % 2 === 0 ? 2 : 0;
    });
    const { ranks } = orderCategories(column(codes, ['a', 'b', 'c', 'd', 'e']), of(label), 3);
    expect(['acebd', 'bdeac']).toContain([...ranks.keys()].join(''));
  });
});
