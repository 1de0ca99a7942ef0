import { FinalError } from '../errors.ts';
import type { FeatureSpec } from '../spec/schema.ts';
import { type Duck, identifier } from './duckdb.ts';
import { findSourceFiles } from './source-files.ts';
import { sourceTable } from './source-tables.ts';

/** Rows to be measured, as a table in SQL. */
export interface MeasuredTable {
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly string[];
}

/**
 * The features' columns of a CSV or Parquet file, or of a folder or glob of them. Text that is no number is missing.
 * @throws FinalError PAWL_USAGE_INVALID where there is no file, PAWL_SOURCE_UNREADABLE
 */
export async function measuredTable(
  duck: Duck,
  path: string,
  features: Readonly<Record<string, Pick<FeatureSpec, 'type'>>>,
): Promise<MeasuredTable> {
  const files = await findSourceFiles(duck, process.cwd(), path).catch((cause: unknown) => {
    if (cause instanceof FinalError && cause.code === 'PAWL_SOURCE_NOT_FOUND')
      throw new FinalError('PAWL_USAGE_INVALID', `${path} names no file.`, { cause });
    throw cause;
  });
  const { sql, columns } = await sourceTable(duck, files, Object.keys(features));
  const read = columns.map(({ name, family }) => {
    const column = identifier(name);
    const wanted = features[name]?.type;
    if (family !== 'text' || wanted === undefined || wanted === 'category') return column;
    return `TRY_CAST(${column} AS ${wanted === 'number' ? 'DOUBLE' : 'BOOLEAN'}) AS ${column}`;
  });
  const table = `(SELECT ${read.length === 0 ? '*' : read.join(', ')} FROM (${sql}))`;
  const { rows } = await duck.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  return { table, rows, columns: columns.map(({ name }) => name) };
}

/**
 * The features that both sides have, in their order.
 * @throws FinalError PAWL_USAGE_INVALID naming each column that one side alone lacks, or where no feature is left
 */
export function measurable(
  names: readonly string[],
  reference: { readonly path: string; readonly columns: readonly string[] },
  sample: { readonly path: string; readonly columns: readonly string[] },
): string[] {
  const lacking = [reference, sample].flatMap(({ path, columns }) =>
    names
      .filter((name) => !columns.includes(name) && (reference.columns.includes(name) || sample.columns.includes(name)))
      .map((name) => ({ message: `${path} has no column ${name}.` })),
  );
  if (lacking.length > 0) throw new FinalError('PAWL_USAGE_INVALID', 'The files cannot be compared.', { problems: lacking });
  const both = names.filter((name) => reference.columns.includes(name));
  if (both.length === 0)
    throw new FinalError('PAWL_USAGE_INVALID', `Neither file has a feature of the contract: ${names.join(', ')}.`);
  return both;
}
