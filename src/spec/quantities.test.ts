import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bound, count, formatDuration, parseDuration, share } from './quantities.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5 h', 5_400_000],
    ['90d', 7_776_000_000],
    ['2w', 1_209_600_000],
    ['10', null],
    ['-1s', null],
    ['1 day', null],
  ])('reads %j as %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(10 ** 9), (ms) => parseDuration(formatDuration(ms)) === ms));
    expect(formatDuration(604_800_000)).toBe('7d');
  });
});

it('reads shares from 0 to 1, bounds of any size and counts with their noun', () => {
  expect(['5%', 0.05, '100%', 0].map((value) => share.parse(value))).toEqual([0.05, 0.05, 1, 0]);
  expect(['101%', 1.1, -0.1, '5', true].map((value) => share.safeParse(value).success)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(['-2%', 83.4, '250%'].map((value) => bound.parse(value))).toEqual([-0.02, 83.4, 2.5]);
  expect([7, '7', '7 rows', '1 row'].map((value) => count('row').parse(value))).toEqual([7, 7, 7, 1]);
  expect([1.5, -1, '7 labels', 'many'].map((value) => count('row').safeParse(value).success)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
