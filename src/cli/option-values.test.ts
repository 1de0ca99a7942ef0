import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { httpUrl, positiveInteger, time, versionNumber } from './option-values.ts';

describe('option values', () => {
  it.each(['abc', '', '0', '-1', '1.5', '1e3', '99999999999999999999'])('%j is no whole number from 1', (value) => {
    expect(() => positiveInteger(value)).toThrow(InvalidArgumentError);
  });

  it('reads a whole number', () => {
    expect(positiveInteger('200')).toBe(200);
  });

  it('reads a version with its v and without', () => {
    expect([versionNumber('v3'), versionNumber('12')]).toEqual([3, 12]);
  });

  it.each(['v', 'v0', 'V3', '3.1', 'latest', 'v1234567890'])('%j is no version', (value) => {
    expect(() => versionNumber(value)).toThrow(InvalidArgumentError);
  });

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
  ])('reads %s, in UTC where it names no zone', (value, expected) => {
    expect(time(value)).toBe(expected);
  });

  it.each(['nonsense', '2026', '2026-02-30', '2026-13-01', '1 Jan 2026', '2026-01-31T25:00:00Z', '2026-01-31T12:00:00 CET', ''])(
    '%j is no time',
    (value) => {
      expect(() => time(value)).toThrow(InvalidArgumentError);
    },
  );

  it('takes http URLs only', () => {
    expect(httpUrl('http://gateway:8460/')).toBe('http://gateway:8460');
    for (const value of ['nonsense', 'localhost:8460', 'ftp://gateway'])
      expect(() => httpUrl(value)).toThrow(InvalidArgumentError);
  });
});
