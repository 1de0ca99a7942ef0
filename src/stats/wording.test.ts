import { describe, expect, it } from 'vitest';
import { counted, figure, inWords, lasting, listed, percent, points, sized } from './wording.ts';

describe('numbers in sentences', () => {
  it('groups thousands', () => {
    expect([0, 999, 1000, 1204, 1_234_567].map(inWords)).toEqual(['0', '999', '1,000', '1,204', '1,234,567']);
  });

  it('says one thing in the singular', () => {
    expect(counted(1, 'label')).toBe('1 label');
    expect(counted(0, 'label')).toBe('0 labels');
    expect(counted(1204, 'request')).toBe('1,204 requests');
  });

  it('says shares in percent and differences in points, without needless zeros', () => {
    expect([0.25, 0.002, 0.79146, 1, 0.1].map((share) => percent(share))).toEqual(['25 %', '0.2 %', '79.1 %', '100 %', '10 %']);
    expect([0.02, 0.01, 0.0231].map(points)).toEqual(['2 points', '1 point', '2.3 points']);
  });

  it('says sizes in the largest unit that fits', () => {
    expect([1, 80, 734_000, 1_234_567, 2e9].map(sized)).toEqual(['1 byte', '80 bytes', '734 kB', '1.2 MB', '2 GB']);
  });

  it('says durations in the largest unit that fits, and never more than has passed', () => {
    expect([250, 4000, 600_000, 5_400_000, 86_400_000, 3_599_999].map(lasting)).toEqual([
      '250 ms',
      '4 s',
      '10 min',
      '1.5 h',
      '1 d',
      '59.9 min',
    ]);
  });

  it('says values of data in four digits', () => {
    expect([0, 0.003467, 0.41632911, 1204.4, 2e12, -0.5].map(figure)).toEqual([
      '0',
      '0.003467',
      '0.4163',
      '1204',
      '2.00e+12',
      '-0.5',
    ]);
  });

  it('lists', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});
