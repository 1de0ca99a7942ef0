import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, floor2, judge, summary } from './bars.ts';

const atLeast = (bar: number, value: number | null): Bar => ({ name: '', unit: 'x', wanted: 'at least', bar, value });
const atMost = (bar: number, value: number | null): Bar => ({ name: '', unit: 'ms', wanted: 'at most', bar, value });

describe('a bar', () => {
  it.each([
    [atLeast(5, 6), true, 1.2],
    [atLeast(5, 5), true, 1],
    [atLeast(5, 4), false, 0.8],
    [atMost(50, 40), true, 1.25],
    [atMost(50, 50), true, 1],
    [atMost(50, 100), false, 0.5],
    [atMost(0, 0), true, 1],
    [atMost(0, 1), false, 0],
    [atMost(2, -3), true, 100],
    [atMost(1000, 0.1), true, 100],
  ])('%o is held: %s, with ratio %d', (bar, held, ratio) => {
    expect(judge(bar)).toMatchObject({ held, ratio });
  });

  it('is held exactly where its value is on the right side', () =>
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6 }), fc.double({ min: 0, max: 1e6, noNaN: true }), (bar, value) => {
        expect(judge(atLeast(bar, value))?.held).toBe(value >= bar);
        expect(judge(atMost(bar, value))?.held).toBe(value <= bar);
      }),
    ));

  it('is missed by what is no number, and not judged where nothing was measured', () => {
    expect(judge(atLeast(5, NaN))).toMatchObject({ held: false, ratio: 0 });
    expect(judge(atMost(5, NaN))).toMatchObject({ held: false, ratio: 0 });
    expect(judge(atMost(5, null))).toBeNull();
  });
});

it('is summed up in one line that never rounds a miss up to a hit', () => {
  const verdicts = [atLeast(5, 10), atLeast(1000, 999.9), atMost(50, 20)].flatMap((bar) => judge(bar) ?? []);
  expect(summary(verdicts)).toBe('2 of 3 bars held; worst ratio 0.99');
  expect(summary([])).toBe('0 of 0 bars held; worst ratio -');
  expect(floor2(1.999)).toBe('1.99');
});
