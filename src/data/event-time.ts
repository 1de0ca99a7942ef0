import type { Family } from './source-tables.ts';

/**
 * A column read as event time, in SQL: a TIMESTAMP in UTC, NULL where it is no time. Text is ISO 8601, UTC where it names no
 * zone. Numbers count from 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by their size; what would lie
 * before 1973 as seconds is no time, since it is rather something else (20240131, 2024).
 */
export function eventTime(sql: string, family: Family): string {
  switch (family) {
    case 'time':
      return finite(`CAST(${sql} AS TIMESTAMP)`);
    case 'text':
      return `coalesce(${finite(`TRY_CAST(trim(${sql}) AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`)}, ${sinceEpoch(`TRY_CAST(trim(${sql}) AS DOUBLE)`)})`;
    case 'integer':
    case 'double':
      return sinceEpoch(`CAST(${sql} AS DOUBLE)`);
    case 'boolean':
    default:
      return 'CAST(NULL AS TIMESTAMP)';
  }
}

function sinceEpoch(number: string): string {
  const scales = [
    ['1e8', '1e11', '1e6'],
    ['1e11', '1e14', '1e3'],
    ['1e14', '1e17', '1'],
    ['1e17', '1e19', '1e-3'],
  ];
  const cases = scales.map(
    ([from, to, micros]) =>
      `WHEN ${number} >= ${from} AND ${number} < ${to} THEN make_timestamp(CAST(${number} * ${micros} AS BIGINT))`,
  );
  return `CASE ${cases.join(' ')} END`;
}

function finite(time: string): string {
  return `CASE WHEN isfinite(${time}) THEN ${time} END`;
}

/** ms since 1970 as ISO 8601. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
