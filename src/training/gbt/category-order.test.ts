import { describe, expect, it } from 'vitest';
import { orderCategories } from './category-order.ts';

const column = (codes: number[], levels: string[]) => ({ type: 'category', codes: Int32Array.from(codes), levels }) as const;

describe('the order of categories', () => {
  it('is that of their mean labels, missing ones apart', () => {
    const codes = [...Array<number>(30).fill(0), ...Array<number>(30).fill(1), ...Array<number>(30).fill(2), -1];
    const label = Float64Array.from(codes, (code, i) => (code === 0 ? i % 2 : code === 1 ? 0 : 1));
    const { ranks, values } = orderCategories(column(codes, ['half', 'none', 'all']), label);
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
    const { ranks } = orderCategories(column(codes, ['low', 'high', 'once']), label);
    expect([...ranks.keys()]).toEqual(['low', 'once', 'high']);
  });

  it('leaves out levels that no row has', () => {
    expect([...orderCategories(column([0, 2], ['a', 'b', 'c']), Float64Array.of(0, 1)).ranks.keys()]).toEqual(['a', 'c']);
  });
});
