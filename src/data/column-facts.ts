import type { Duck } from './duckdb.ts';
import { identifier, literal } from './duckdb.ts';
import { eventTime } from './event-time.ts';
import type { SourceColumn } from './source-tables.ts';
import { asText } from './source-tables.ts';

/** What a column looks like to somebody who has only its values. */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'time' | 'text';
  readonly rows: number;
  readonly missing: number;
  readonly distinct: number;
  /** Numbers only. */
  readonly min: number | null;
  readonly max: number | null;
  /** Whether all of the numbers are whole. */
  readonly whole: boolean;
  /** Texts that stand for a missing value here. */
  readonly marks: readonly string[];
  /** Few values: all of them, in order. */
  readonly values: readonly string[];
  /** The value as a number (booleans 0 and 1) and as text in SQL, NULL where it is missing. */
  readonly number: string;
  readonly text: string;
}

/** Nobody means anything else by these. */
const surelyMissing = ['?', 'NA', 'N/A', 'n/a', '#N/A', 'NULL', 'null', 'NaN', 'nan'];
/** These are words or signs in some columns; among numbers they mean that there is none. */
const perhapsMissing = ['None', 'none', '-', '--', '.', 'missing', 'unknown'];
/** So many values are listed. */
const few = 20;

/** The facts of a column of `table`. */
export async function columnFacts(duck: Duck, table: string, column: SourceColumn): Promise<ColumnFacts> {
  const { name, family } = column;
  const cell = asText(identifier(name), family);
  const text = `CASE WHEN trim(${cell}) NOT IN (${['', ...surelyMissing].map(literal).join(', ')}) THEN ${cell} END`;
  const number = `CASE WHEN isfinite(TRY_CAST(trim(${text}) AS DOUBLE)) THEN TRY_CAST(trim(${text}) AS DOUBLE) END`;
  const perhaps = `trim(${text}) IN (${perhapsMissing.map(literal).join(', ')})`;
  const time =
    family === 'time' || family === 'text'
      ? `CASE WHEN ${number} IS NULL THEN ${eventTime(family === 'time' ? identifier(name) : text, family)} END`
      : 'NULL';
  const counts = await duck.row<{
    rows: number;
    there: number;
    numbers: number;
    perhaps: number;
    times: number;
    booleans: number;
    distinct: number;
    min: number | null;
    max: number | null;
    whole: boolean | null;
  }>(
    `SELECT count(*) AS rows, count(${text}) AS there, count(${number}) AS numbers, count(*) FILTER (WHERE ${perhaps}) AS perhaps, count(${time}) AS times,
      count(*) FILTER (WHERE lower(trim(${text})) IN ('true', 'false')) AS booleans, count(DISTINCT ${text}) AS distinct, min(${number}) AS min, max(${number}) AS max, bool_and(${number} = floor(${number})) AS whole FROM ${table}`,
  );
  const { rows, there, numbers, min, max } = counts;
  const isNumber = numbers > 0 && numbers + counts.perhaps === there;
  const kind =
    there > 0 && counts.booleans === there
      ? 'boolean'
      : there > 0 && counts.times === there
        ? 'time'
        : isNumber
          ? 'number'
          : 'text';
  const marked = isNumber ? [...surelyMissing, ...perhapsMissing] : surelyMissing;
  const marks = await duck.rows<{ mark: string }>(
    `SELECT DISTINCT trim(${cell}) AS mark FROM ${table} WHERE trim(${cell}) IN (${marked.map(literal).join(', ')}) ORDER BY 1`,
  );
  const values =
    counts.distinct > few || kind === 'number' || kind === 'time'
      ? []
      : await duck.rows<{ value: string }>(`SELECT DISTINCT ${text} AS value FROM ${table} WHERE ${text} IS NOT NULL ORDER BY 1`);
  return {
    name,
    kind,
    rows,
    missing: rows - there + (isNumber ? counts.perhaps : 0),
    distinct: counts.distinct,
    min,
    max,
    whole: counts.whole === true,
    // A column that only holds numbers knows NaN by itself.
    marks: marks.map(({ mark }) => mark).filter((mark) => !(isNumber && mark.toLowerCase() === 'nan')),
    values: values.map(({ value }) => value),
    number: kind === 'boolean' ? `CAST(TRY_CAST(trim(${text}) AS BOOLEAN) AS DOUBLE)` : number,
    text,
  };
}
