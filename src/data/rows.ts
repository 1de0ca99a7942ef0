import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { identifier, parquet, withDuck } from './duckdb.ts';

/** One value a row, as JSON carries it: missing is null. */
export type ColumnValues = (number | boolean | string | null)[];

/** The features of a dataset's newest rows, oldest first, by column: what recent predictions are compared with. */
export function readRows(
  store: ObjectStore,
  uri: string,
  spec: ModelSpec,
  options: { readonly newest: number },
): Promise<Record<string, ColumnValues>> {
  return withDuck(undefined, async (duck) => {
    const table = parquet(await store.localPath(uri, duck.scratch));
    const { rows } = await duck.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
    const features = Object.keys(spec.contract.features);
    const columns = features.map((): ColumnValues => []);
    const query = `SELECT ${features.map(identifier).join(', ')} FROM ${table} OFFSET ${Math.max(0, rows - Math.floor(options.newest))}`;
    for await (const chunk of duck.chunks(query)) {
      for (const [i, column] of columns.entries()) column.push(...(chunk.getColumnValues(i) as ColumnValues));
    }
    return Object.fromEntries(features.map((feature, i) => [feature, columns[i] ?? []]));
  });
}
