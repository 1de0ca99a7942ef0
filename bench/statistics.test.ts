import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, theilSenSlope } from './statistics.ts';

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('the slope', () => {
  it('is that of a line', () =>
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 2, max: 40 }), (slope, count) => {
        const points = Array.from({ length: count }, (_, x) => ({ x, y: 7 + slope * x }));
        expect(theilSenSlope(points)).toBeCloseTo(slope, 9);
      }),
    ));

  it('does not follow some points that are far off', () => {
    const points = Array.from({ length: 40 }, (_, x) => ({ x, y: x % 5 === 4 ? 1000 * x : 2 * x }));
    expect(theilSenSlope(points)).toBeCloseTo(2, 9);
  });

  it('is none of a single moment', () => {
    expect(
      theilSenSlope([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toBeNaN();
  });
});
