import { expect, it } from 'vitest';
import { literal, withDuck } from './duckdb.ts';
import { eventTime, isoTime } from './event-time.ts';
import type { Family } from './source-tables.ts';

const read = (sql: string, family: Family) =>
  withDuck(undefined, async (duck) =>
    isoTime(
      (await duck.row<{ at: number | null }>(`SELECT epoch_ms(${eventTime('v', family)}) AS at FROM (SELECT ${sql} AS v)`)).at,
    ),
  );

it.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
  [' 2026-01-02 03:04:05.678 ', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['1767323045', '2026-01-02T03:04:05.000Z'],
  ['1767323045678', '2026-01-02T03:04:05.678Z'],
  ['20260102', null],
  ['2026', null],
  ['02/01/2026', null],
  ['infinity', null],
  ['nan', null],
  ['', null],
])('reads the text %j as %s', async (text, time) => {
  expect(await read(literal(text), 'text')).toBe(time);
});

it('reads dates, times with a zone, and counts since 1970 of any common unit', async () => {
  expect(await read("DATE '2026-01-02'", 'time')).toBe('2026-01-02T00:00:00.000Z');
  expect(await read("TIMESTAMPTZ '2026-01-02 03:04:05+02'", 'time')).toBe('2026-01-02T01:04:05.000Z');
  for (const scale of ['1', '1000', '1000000', '1000000000']) {
    expect(await read(`1767323045::BIGINT * ${scale}`, 'integer')).toBe('2026-01-02T03:04:05.000Z');
  }
  expect(await read('true', 'boolean')).toBeNull();
  expect(await read("'nan'::DOUBLE", 'double')).toBeNull();
});
