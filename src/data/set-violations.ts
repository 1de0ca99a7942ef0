import { nearest } from '../spec/nearest.ts';
import { formatDuration } from '../spec/quantities.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { CheckedRows } from './checked-rows.ts';
import type { SnapshotSources, Violation } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { counted } from './violations.ts';

interface Facts {
  /** Rows of the snapshot. */
  readonly total: number;
  readonly now: Date;
  readonly sources: SnapshotSources;
}

/**
 * Rules on the rows as a whole: columns that are there, enough rows, fresh rows, two classes. Judged on the rows that break no
 * rule of their own (those not in the table `offending`); never a matter for the quarantine.
 */
export async function setViolations(duck: Duck, rows: CheckedRows, spec: ModelSpec, facts: Facts): Promise<Violation[]> {
  const time = rows.timestamp === null ? 'CAST(NULL AS TIMESTAMP)' : rows.timestamp.typed;
  const good = 'FROM checked WHERE "row" NOT IN (SELECT "row" FROM offending)';
  const seen = await duck.row<{ rows: number; newest: number | null }>(
    `SELECT count(*) AS rows, epoch_ms(max(${time})) AS newest ${good}`,
  );
  return [
    ...missingColumns(rows, facts),
    ...tooFew(spec, seen.rows, facts),
    ...tooOld(spec, seen.newest, facts),
    ...(await wrongClasses(duck, rows, spec, good, seen.rows)),
  ];
}

function missingColumns(rows: CheckedRows, { total, sources }: Facts): Violation[] {
  return rows.absent.map((column) => {
    const meant = nearest(column, sources.ignored);
    const because = `No source file has a column ${column}${meant === undefined ? '' : `; ${meant} is there`}.`;
    return violation('column', column, total, 1, because);
  });
}

function tooFew({ contract }: ModelSpec, good: number, { total }: Facts): Violation[] {
  if (good >= contract.rows.at_least) return [];
  const aside = total === good ? '' : ` of ${total.toLocaleString('en')} that meet the other rules`;
  return [
    violation(
      'rows',
      null,
      good,
      1,
      `There ${good === 1 ? 'is' : 'are'} ${counted(good, 'row')}${aside}; at least ${contract.rows.at_least.toLocaleString('en')} are needed.`,
    ),
  ];
}

function tooOld({ contract }: ModelSpec, newest: number | null, { now }: Facts): Violation[] {
  if (contract.freshness === undefined || contract.timestamp === undefined || newest === null) return [];
  const age = now.getTime() - newest;
  if (age <= contract.freshness) return [];
  const because = `The newest row is of ${new Date(newest).toISOString()}, ${rough(age)} before ${now.toISOString()}; ${formatDuration(contract.freshness)} are allowed.`;
  return [violation('freshness', contract.timestamp, 1, 0, because)];
}

async function wrongClasses(
  duck: Duck,
  rows: CheckedRows,
  { task, contract, serving, evaluation }: ModelSpec,
  good: string,
  count: number,
): Promise<Violation[]> {
  if (task === 'regression' || rows.label === null || count === 0) return [];
  const { name, typed } = rows.label;
  const classes = await duck.rows<{ value: string; rows: number }>(
    `SELECT ${typed} AS value, count(*) AS rows ${good} AND ${typed} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostClasses + 1}`,
  );
  const listed = classes.map(({ value, rows: n }) => `${JSON.stringify(value)} (${counted(n, 'row')})`);
  const shown = listed.length > 5 ? [...listed.slice(0, 5), 'and more'] : listed;
  const wrong = task === 'binary-classification' ? notTwo(classes.length) : tooFewOrMany(classes);
  if (wrong !== null) return [violation('label', name, count, 1, `${name} holds ${shown.join(', ') || 'no class'}; ${wrong}.`)];
  const named = {
    'contract.positive': contract.positive,
    'serving.default': serving.default,
    'evaluation.fairness.class': evaluation.fairness?.class,
  };
  return Object.entries(named)
    .filter(([, one]) => one !== undefined && !classes.some(({ value }) => value === one))
    .map(([key, one]) =>
      violation('label', name, count, 1, `${name} holds ${shown.join(', ')}; ${key} is ${JSON.stringify(one)}.`),
    );
}

const notTwo = (classes: number) => (classes === 2 ? null : 'a binary classifier needs exactly two classes');

/** Classes that a model may tell apart. */
const [fewestClasses, mostClasses] = [3, 100];
/** With fewer rows of a class nobody knows whether a model has learned it. */
const leastOfClass = 10;

function tooFewOrMany(classes: readonly { readonly value: string; readonly rows: number }[]): string | null {
  const span = `a multiclass classifier needs ${fewestClasses} to ${mostClasses} classes`;
  if (classes.length < fewestClasses) return classes.length === 2 ? `${span}; of two, the task is binary-classification` : span;
  if (classes.length > mostClasses) return `${span}, and there are more`;
  const rare = classes.filter(({ rows }) => rows < leastOfClass);
  if (rare.length === 0) return null;
  const told = rare.slice(0, 3).map(({ value, rows }) => `${JSON.stringify(value)} has ${rows}`);
  const more = rare.length > told.length ? ` and ${rare.length - told.length} more have too few` : '';
  return `a class needs at least ${leastOfClass} rows, and ${told.join(', ')}${more}`;
}

function violation(rule: Violation['rule'], column: string | null, count: number, share: number, because: string): Violation {
  return { rule, column, count, share, because, examples: [], quarantined: false };
}

/** `3.2 days`, `5.0 hours`, `10.0 minutes`. */
function rough(ms: number): string {
  if (ms >= 172_800_000) return `${(ms / 86_400_000).toFixed(1)} days`;
  return ms >= 7_200_000 ? `${(ms / 3_600_000).toFixed(1)} hours` : `${(ms / 60_000).toFixed(1)} minutes`;
}
