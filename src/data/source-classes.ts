import type { ModelSpec } from '../spec/schema.ts';
import { readAsClass } from './checked-rows.ts';
import { withDuck } from './duckdb.ts';
import { findSourceFiles } from './source-files.ts';
import { readingFailure, sourceTable } from './source-tables.ts';

/** More than a classifier may tell apart. */
const enough = 101;

/**
 * The classes that the source's label column holds, as the contract reads them, at most 101.
 * @throws FinalError PAWL_SOURCE_NOT_FOUND, PAWL_SOURCE_UNREADABLE
 */
export function sourceClasses({ source, contract }: ModelSpec, baseDirectory: string): Promise<string[]> {
  return withDuck(undefined, async (duck) => {
    const files = await findSourceFiles(duck, baseDirectory, source.files);
    const table = await sourceTable(duck, files, [contract.label]);
    const [column] = table.columns;
    if (column === undefined) return [];
    const value = readAsClass(column, contract.missing);
    try {
      const rows = await duck.rows<{ class: string }>(
        `SELECT DISTINCT ${value} AS class FROM (${table.sql}) WHERE ${value} IS NOT NULL ORDER BY 1 LIMIT ${enough}`,
      );
      return rows.map((row) => row.class);
    } catch (error) {
      throw readingFailure(error, files);
    }
  });
}
