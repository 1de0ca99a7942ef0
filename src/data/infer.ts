import { basename, dirname, relative, resolve, sep } from 'node:path';
import { FinalError } from '../errors.ts';
import type { ColumnFacts } from './column-facts.ts';
import { columnFacts } from './column-facts.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, withDuck } from './duckdb.ts';
import { writeSpec } from './inferred-spec.ts';
import type { LabelGuess } from './label-guess.ts';
import { guessLabel, isIdentifier } from './label-guess.ts';
import { findSourceFiles } from './source-files.ts';
import { readingFailure, sourceTable } from './source-tables.ts';

/** From this correlation on a column is suspected of telling the label. */
const suspicious = 0.95;
/** A text with more values than this is no category that a model learns from. */
const manyValues = 1000;

/** What was concluded from a table; the text of pawl.yaml is written from it. */
export interface Inferred {
  readonly model: string;
  readonly files: string;
  readonly rows: number;
  readonly label: LabelGuess;
  readonly timestamp: ColumnFacts | null;
  readonly unique: readonly string[];
  readonly features: readonly { readonly column: ColumnFacts; readonly warning: string | null }[];
  /** Columns that stay out, with the reason. */
  readonly leftOut: readonly { readonly column: ColumnFacts; readonly because: string }[];
}

/**
 * A commented pawl.yaml for a CSV or Parquet file (or a folder or glob of them), which applies as it is. `specFile` is where it
 * will be written: the path of the data is told from there.
 * @throws FinalError PAWL_SOURCE_NOT_FOUND, PAWL_SOURCE_UNREADABLE, also where no column can be predicted or learned from.
 */
export function inferSpec(data: string, specFile = 'pawl.yaml'): Promise<string> {
  const base = dirname(resolve(specFile));
  return withDuck(undefined, async (duck) => {
    const files = relative(base, resolve(data)).split(sep).join('/');
    const found = await findSourceFiles(duck, base, files);
    const { ignored: names } = await sourceTable(duck, found, []);
    const table = await sourceTable(duck, found, names);
    await duck.run(`CREATE TEMP TABLE data AS ${table.sql}`).catch((error: unknown) => {
      throw readingFailure(error, found);
    });
    const columns: ColumnFacts[] = [];
    for (const column of table.columns) columns.push(await columnFacts(duck, 'data', column));
    return writeSpec(await conclude(duck, columns, { model: modelName(data), files }));
  });
}

async function conclude(
  duck: Duck,
  columns: readonly ColumnFacts[],
  { model, files }: { model: string; files: string },
): Promise<Inferred> {
  const rows = columns[0]?.rows ?? 0;
  if (rows === 0) throw new FinalError('PAWL_SOURCE_UNREADABLE', `${files} has no rows to read a contract from.`);
  const timestamp = columns.find(({ kind, missing }) => kind === 'time' && missing < rows / 100) ?? null;
  const label = guessLabel(columns);
  const features: { column: ColumnFacts; warning: string | null }[] = [];
  const leftOut: { column: ColumnFacts; because: string }[] = [];
  for (const column of columns) {
    if (column === label.column || column === timestamp) continue;
    const because = reasonToLeaveOut(column);
    if (because === null) features.push({ column, warning: await suspicion(duck, column, label) });
    else leftOut.push({ column, because });
  }
  if (features.length === 0) {
    throw new FinalError('PAWL_SOURCE_UNREADABLE', `${files} has no column to learn ${label.column.name} from.`, {
      problems: leftOut.map(({ column, because }) => ({ subject: column.name, message: `${column.name}: ${because}` })),
    });
  }
  const key =
    columns.find((column) => isIdentifier(column) && column.kind !== 'time') ??
    (timestamp?.distinct === rows ? timestamp : undefined);
  return { model, files, rows, label, timestamp, unique: key === undefined ? [] : [key.name], features, leftOut };
}

function reasonToLeaveOut(column: ColumnFacts): string | null {
  if (column.name === '__proto__' || column.name === '') return 'has no name that a program can use';
  if (column.distinct === 0) return 'is empty';
  if (column.distinct === 1) return 'has one value only: there is nothing to learn from it';
  if (column.kind === 'time') return 'is a second time';
  if (isIdentifier(column)) return 'names the row';
  if (column.kind === 'text' && column.distinct > Math.min(manyValues, column.rows / 2))
    return `is text with ${column.distinct} different values`;
  return null;
}

/** A sentence where a column tells the label so well that it may not be known before it. */
async function suspicion(duck: Duck, column: ColumnFacts, { column: label, task }: LabelGuess): Promise<string | null> {
  const many = task === 'multiclass-classification';
  const numbers = task === 'regression' || (label.kind === 'number' && !many);
  const target = many
    ? label.text
    : numbers
      ? label.number
      : `CAST(${label.text} = ${literal(label.values.at(-1) ?? '')} AS DOUBLE)`;
  if (!many && (column.kind === 'number' || column.kind === 'boolean')) {
    const { r } = await duck.row<{ r: number | null }>(`SELECT corr(${column.number}, ${target}) AS r FROM data`);
    return r !== null && Math.abs(r) >= suspicious ? `correlates ${r.toFixed(2)} with ${label.name}: is it known before?` : null;
  }
  if (column.distinct > column.rows / 10) return null;
  const { mixed } = await duck.row<{ mixed: number }>(
    `SELECT count(*) AS mixed FROM (SELECT 1 FROM data WHERE ${column.text} IS NOT NULL GROUP BY ${identifier(column.name)} HAVING count(DISTINCT ${target}) > 1)`,
  );
  return mixed === 0 ? `tells ${label.name} in every row: is it known before?` : null;
}

/** `Bike Demand (2).csv` -> `bike-demand-2`. */
function modelName(path: string): string {
  const words = basename(path)
    .replace(/(\.\w+)+$/, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const name = /^[a-z]/.test(words) ? words : `model-${words}`;
  return name.slice(0, 63).replace(/-+$/, '');
}
