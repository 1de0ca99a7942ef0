import type { ModelSpec } from '../spec/schema.ts';
import type { ColumnProfile, FeatureType } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { identifier, parquet } from './duckdb.ts';

const deciles = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Values of a category that are listed. */
const listed = 50;

/** A summary of each feature and of the label of a dataset file. `sd` is the sample's, n - 1. */
export async function profile(duck: Duck, path: string, spec: ModelSpec): Promise<ColumnProfile[]> {
  const columns: [string, FeatureType][] = [
    ...Object.entries(spec.contract.features).map(([name, { type }]): [string, FeatureType] => [name, type]),
    [spec.contract.label, spec.task === 'regression' ? 'number' : 'category'],
  ];
  const table = parquet(path);
  const profiles: ColumnProfile[] = [];
  for (const [name, type] of columns) profiles.push(await (type === 'category' ? ofCategory : ofNumber)(duck, table, name, type));
  return profiles;
}

interface Counts {
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
}

async function ofNumber(duck: Duck, table: string, name: string, type: FeatureType): Promise<ColumnProfile> {
  const value = type === 'boolean' ? `CAST(${identifier(name)} AS INTEGER)` : identifier(name);
  const found = await duck.row<
    Counts & {
      mean: number | null;
      sd: number | null;
      min: number;
      max: number;
      quantiles: { items: number[] } | number[] | null;
    }
  >(
    `SELECT count(*) AS count, count(*) - count(v) AS missing, count(DISTINCT v) AS distinct, avg(v) AS mean, stddev_samp(v) AS sd,
      CAST(min(v) AS DOUBLE) AS min, CAST(max(v) AS DOUBLE) AS max, quantile_cont(CAST(v AS DOUBLE), [${deciles.join(', ')}]) AS quantiles FROM (SELECT ${value} AS v FROM ${table})`,
  );
  const { count, missing, distinct, mean, sd, min, max } = found;
  if (mean === null) return { name, type, count, missing, distinct };
  const quantiles = Array.isArray(found.quantiles) ? found.quantiles : (found.quantiles?.items ?? []);
  return { name, type, count, missing, distinct, mean, sd: sd ?? 0, min, max, ...(type === 'number' ? { quantiles } : {}) };
}

async function ofCategory(duck: Duck, table: string, name: string, type: FeatureType): Promise<ColumnProfile> {
  const column = identifier(name);
  const counts = await duck.row<Counts>(
    `SELECT count(*) AS count, count(*) - count(${column}) AS missing, count(DISTINCT ${column}) AS distinct FROM ${table}`,
  );
  const top = await duck.rows<{ value: string; count: number }>(
    `SELECT ${column} AS value, count(*) AS count FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${listed}`,
  );
  return { name, type, ...counts, top };
}
