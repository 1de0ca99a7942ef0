import type { ModelSpec } from '../spec/schema.ts';
import type { CheckedColumn, CheckedRows } from './checked-rows.ts';
import type { SnapshotSources, Violation } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { isoTime } from './event-time.ts';
import { rowRules } from './row-rules.ts';
import { counted, percent } from './violations.ts';

/** Offending rows that are shown. */
const shown = 5;

export interface BrokenRule {
  readonly violation: Violation;
  /** A query of the offending rows' numbers, as `row`. */
  readonly offending: string;
}

/** The rules on rows that are broken, in one pass over the view `checked` and one look at the offenders of each. */
export async function brokenRowRules(
  duck: Duck,
  rows: CheckedRows,
  spec: ModelSpec,
  total: number,
  sources: SnapshotSources,
): Promise<BrokenRule[]> {
  const rules = rowRules(rows, spec);
  if (total === 0) return [];
  const counts = await duck.row<Record<string, number>>(
    `SELECT 0 AS none${rules.map(({ broken }, i) => `, count(*) FILTER (WHERE ${broken}) AS k${i}`).join('')} FROM checked`,
  );
  const found: BrokenRule[] = [];
  for (const [i, { rule, column, broken, allowed, because }] of rules.entries()) {
    const count = counts[`k${i}`] ?? 0;
    if (count <= allowed * total) continue;
    const lacking = rule === 'null' ? (sources.absent[column.name] ?? []) : [];
    const note =
      lacking.length === 0
        ? ''
        : ` No such column in ${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ` and ${lacking.length - 3} more` : ''}.`;
    found.push({
      offending: `SELECT "row" FROM checked WHERE ${broken}`,
      violation: {
        rule,
        column: column.name,
        count,
        share: count / total,
        because: because(count, count / total) + note,
        examples: await examples(duck, rows, `WHERE ${broken}`, column.raw),
        quarantined: false,
      },
    });
  }
  const repeated = await repeatedRows(duck, rows, total);
  return repeated === null ? found : [...found, repeated];
}

/** Makes the temporary table `offending` of the rows that break any of these rules, and counts them. */
export async function countOffending(duck: Duck, rows: CheckedRows, broken: readonly BrokenRule[]): Promise<number> {
  const queries = broken.map(({ offending }) => offending);
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE offending AS ${queries.length === 0 ? 'SELECT "row" FROM checked WHERE false' : queries.join(' UNION ')}`,
  );
  return (await duck.row<{ rows: number }>('SELECT count(*) AS rows FROM offending')).rows;
}

/** Rows whose key an earlier row has. A key with a missing part equals no other. */
async function repeatedRows(duck: Duck, rows: CheckedRows, total: number): Promise<BrokenRule | null> {
  if (rows.unique.length === 0) return null;
  const key = rows.unique.map(({ typed }) => typed);
  const offending = `SELECT "row" FROM checked WHERE ${key.map((part) => `${part} IS NOT NULL`).join(' AND ')} QUALIFY row_number() OVER (PARTITION BY ${key.join(', ')} ORDER BY "row") > 1`;
  const { count } = await duck.row<{ count: number }>(`SELECT count(*) AS count FROM (${offending})`);
  if (count === 0) return null;
  const names = rows.unique.map(({ name }) => name).join(', ');
  return {
    offending,
    violation: {
      rule: 'unique',
      column: rows.unique.length === 1 ? names : null,
      count,
      share: count / total,
      because: `${names} ${rows.unique.length === 1 ? 'repeats' : 'repeat'} an earlier row in ${counted(count, 'row')} (${percent(count / total)}).`,
      examples: await examples(duck, rows, `WHERE "row" IN (${offending})`, rawKey(rows.unique)),
      quarantined: false,
    },
  };
}

function rawKey(columns: readonly CheckedColumn[]): string {
  return columns.length === 1 ? (columns[0]?.raw ?? 'NULL') : `concat_ws(', ', ${columns.map(({ raw }) => raw).join(', ')})`;
}

async function examples(duck: Duck, rows: CheckedRows, where: string, value: string): Promise<Violation['examples']> {
  const at = rows.timestamp === null ? 'NULL' : `epoch_ms(${rows.timestamp.typed})`;
  const found = await duck.rows<{ row: number; at: number | null; value: string | null }>(
    `SELECT "row", ${at} AS at, ${value} AS value FROM checked ${where} ORDER BY "row" LIMIT ${shown}`,
  );
  return found.map((one) => ({ row: one.row, at: isoTime(one.at), value: one.value }));
}
