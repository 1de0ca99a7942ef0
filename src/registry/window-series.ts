import { sql } from 'kysely';
import type { LatencySums } from '../serving/latency-sketch.ts';
import type { Registry } from './registry.ts';
import type { WindowRow } from './windows.ts';

/** The windows of one version in one role under one revision that ended within one stretch of time, added. */
export interface WindowStretch {
  readonly version: number;
  readonly role: WindowRow['role'];
  readonly revision: number;
  /** When the stretch ended, ms since 1970, and when the first of its windows began. */
  readonly until: number;
  readonly begunAt: number;
  readonly requests: number;
  readonly errors: number;
  /** Empty where it was not asked for. */
  readonly latency: LatencySums;
}

/**
 * What versions did in time, in stretches of `length` ms from `from` on, up to `to`, in the order of their ends. A window belongs to
 * the stretch in which the registry got it: then it was seen.
 * @param from, to ms since 1970 @param withLatency takes several times as long
 */
export async function windowSeries(
  registry: Registry,
  filter: {
    readonly model: string;
    readonly versions: readonly number[];
    readonly roles: readonly WindowRow['role'][];
    readonly sinceRevision: number;
    readonly from: number;
    readonly to: number;
    readonly length: number;
    readonly withLatency: boolean;
  },
): Promise<WindowStretch[]> {
  const { model, versions, roles, sinceRevision, from, to, length, withLatency } = filter;
  const until = sql`least(${to}::float8, ${from}::float8 + ceil((extract(epoch FROM greatest(ended_at, written_at))::float8 * 1000 - ${from}::float8) / ${length}::float8) * ${length}::float8)`;
  const latency = withLatency
    ? sql`sketches AS (
        SELECT version, role, revision, until, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(count ORDER BY bucket) AS counts
        FROM (
          SELECT version, role, revision, until, bucket, sum(count)::float8 AS count
          FROM matching, unnest(latency_buckets, latency_counts) AS one (bucket, count) GROUP BY 1, 2, 3, 4, 5
        ) AS sums GROUP BY 1, 2, 3, 4
      )`
    : sql`sketches AS (
        SELECT version, role, revision, until, '{}'::smallint[] AS buckets, '{}'::float8[] AS counts FROM matching WHERE false
      )`;
  const { rows } = await sql<Omit<WindowStretch, 'latency'> & { zeros: number; buckets: number[]; counts: number[] }>`
    WITH matching AS MATERIALIZED (
      SELECT version, role, revision, ${until} AS until, started_at, requests, errors
        ${withLatency ? sql`, latency_zeros, latency_buckets, latency_counts` : sql`, 0 AS latency_zeros`}
      FROM windows
      WHERE model = ${model} AND version = ANY(${[...versions]}::integer[]) AND role = ANY(${[...roles]}::text[])
        AND revision >= ${sinceRevision} AND greatest(ended_at, written_at) > ${new Date(from)} AND greatest(ended_at, written_at) <= ${new Date(to)} AND role <> 'outside'
    ), ${latency}, counts AS (
      SELECT version, role, revision, until, (extract(epoch FROM min(started_at)) * 1000)::float8 AS "begunAt",
        sum(requests)::float8 AS requests, sum(errors)::float8 AS errors, sum(latency_zeros)::float8 AS zeros
      FROM matching GROUP BY 1, 2, 3, 4
    )
    SELECT counts.*, coalesce(buckets, '{}') AS buckets, coalesce(sketches.counts, '{}') AS counts
    FROM counts LEFT JOIN sketches USING (version, role, revision, until) ORDER BY until`.execute(registry.db);
  return rows.map(({ zeros, buckets, counts, ...row }) => ({
    ...row,
    latency: withLatency ? { zeros, buckets, counts } : { zeros: 0, buckets: [], counts: [] },
  }));
}
