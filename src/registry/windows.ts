import { sql } from 'kysely';
import type { ErrorsByKey } from '../serving/errors-by-key.ts';
import type { LatencySums } from '../serving/latency-sketch.ts';
import type { Registry } from './registry.ts';

/** What one version did in one role at one gateway under one revision during one window. All counts add. */
export interface WindowRow {
  readonly process: string;
  readonly model: string;
  readonly version: number;
  readonly revision: number;
  /** `outside`: the champion, while a challenger is on trial, by callers who take no part, or in the challenger's place. */
  readonly role: 'champion' | 'challenger' | 'shadow' | 'outside';
  readonly startedAt: Date;
  readonly lengthMs: number;
  /** Answered and failed. */
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  /** Answered. */
  readonly rows: number;
  readonly errorsByKey: ErrorsByKey;
  readonly latency: LatencySums;
  /** Answered rows by bin of the version's reference (`src/stats/reference-bins.ts`); empty without one. */
  readonly score: readonly number[];
  /** The bins of all features, one feature after the other. */
  readonly features: readonly number[];
  /** Processor time of scoring, in microseconds, and the rows scored in it. */
  readonly cpuMicros: number;
  readonly scoredRows: number;
  /** Memory that the version holds in the process, at most so far. */
  readonly memoryBytes: number;
}

export interface WindowSum {
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  readonly rows: number;
  readonly latency: LatencySums;
  readonly cpuMicros: number;
  readonly scoredRows: number;
  /** Of the process that held most. */
  readonly memoryBytes: number;
}

/** Writes windows; one that is there already is left as it is, so a rewrite counts once. */
export async function writeWindows(registry: Registry, rows: readonly WindowRow[]): Promise<void> {
  if (rows.length === 0) return;
  await registry.db
    .insertInto('windows')
    .values(
      rows.map((row) => ({
        process: row.process,
        model: row.model,
        version: row.version,
        revision: row.revision,
        role: row.role,
        started_at: row.startedAt,
        ended_at: new Date(row.startedAt.getTime() + row.lengthMs),
        requests: row.requests,
        caller_faults: row.callerFaults,
        errors: row.errors,
        fallbacks: row.fallbacks,
        rows: row.rows,
        error_keys: [...row.errorsByKey.keys],
        error_counts: [...row.errorsByKey.counts],
        error_others: row.errorsByKey.others,
        latency_zeros: row.latency.zeros,
        latency_buckets: [...row.latency.buckets],
        latency_counts: [...row.latency.counts],
        score_bins: [...row.score],
        feature_bins: [...row.features],
        cpu_micros: row.cpuMicros,
        scored_rows: row.scoredRows,
        memory_bytes: row.memoryBytes,
      })),
    )
    .onConflict((oc) => oc.columns(['process', 'model', 'version', 'revision', 'role', 'started_at']).doNothing())
    .execute();
}

/** The registry's clock, so long ago: what it got by then it shows, because windows are written in less. @param ms in the past */
export async function settledTime(registry: Registry, ms: number): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    SELECT clock_timestamp() - ${ms} * interval '1 millisecond' AS at`.execute(registry.db);
  return rows[0]?.at ?? new Date(0);
}

/** Which windows to add. */
export interface WindowFilter {
  readonly model: string;
  readonly version?: number;
  readonly revision?: number;
  readonly sinceRevision?: number;
  /** One of these. */
  readonly roles?: readonly WindowRow['role'][];
  /** Windows that ended after it; one that began before counts whole. */
  readonly since?: Date;
  /** Windows that ended at it or before. */
  readonly until?: Date;
  /** Windows that the registry got after it. */
  readonly writtenAfter?: Date;
  /** Windows that the registry got at it or before. */
  readonly writtenBy?: Date;
}

/** Adds the windows that match, in Postgres: a month of them is too much to carry. */
export async function sumWindows(registry: Registry, filter: WindowFilter): Promise<WindowSum> {
  const { rows } = await sql<Omit<WindowSum, 'latency'> & { zeros: number; buckets: number[]; counts: number[] }>`
    WITH matching AS MATERIALIZED (
      SELECT requests, caller_faults, errors, fallbacks, rows, latency_zeros, latency_buckets, latency_counts, cpu_micros,
        scored_rows, memory_bytes
      FROM windows WHERE ${matches(filter)}
    ), sketch AS (
      SELECT bucket, sum(count)::float8 AS count FROM matching, unnest(latency_buckets, latency_counts) AS one (bucket, count)
      GROUP BY bucket
    )
    SELECT
      coalesce(sum(requests), 0)::bigint AS requests,
      coalesce(sum(caller_faults), 0)::bigint AS "callerFaults",
      coalesce(sum(errors), 0)::bigint AS errors,
      coalesce(sum(fallbacks), 0)::bigint AS fallbacks,
      coalesce(sum(rows), 0)::bigint AS rows,
      coalesce(sum(cpu_micros), 0)::bigint AS "cpuMicros",
      coalesce(sum(scored_rows), 0)::bigint AS "scoredRows",
      coalesce(max(memory_bytes), 0)::bigint AS "memoryBytes",
      coalesce(sum(latency_zeros), 0)::bigint AS zeros,
      (SELECT coalesce(array_agg(bucket ORDER BY bucket), '{}') FROM sketch) AS buckets,
      (SELECT coalesce(array_agg(count ORDER BY bucket), '{}') FROM sketch) AS counts
    FROM matching`.execute(registry.db);
  const [sum] = rows;
  if (sum === undefined) throw new Error('a sum without a row');
  const { zeros, buckets, counts, ...counters } = sum;
  return { ...counters, latency: { zeros, buckets, counts } };
}

/**
 * Adds the rows by bin of one version: bins of different versions are different ones. Empty where there was no window with any.
 * Laid out as `ReferenceBins` says.
 */
export async function sumBins(
  registry: Registry,
  filter: WindowFilter & { readonly version: number },
): Promise<{ score: number[]; features: number[] }> {
  // float8, which pg reads as numbers, holds counts up to 2^53 exactly.
  const sumOf = (column: 'score_bins' | 'feature_bins') => sql`(
    SELECT coalesce(array_agg(total ORDER BY bin), '{}') FROM (
      SELECT bin, sum(count)::float8 AS total FROM windows, unnest(${sql.ref(column)}) WITH ORDINALITY AS bins (count, bin)
      WHERE ${matches(filter)} GROUP BY bin
    ) AS totals
  )`;
  const { rows } = await sql<{ score: number[]; features: number[] }>`
    SELECT ${sumOf('score_bins')} AS score, ${sumOf('feature_bins')} AS features`.execute(registry.db);
  return rows[0] ?? { score: [], features: [] };
}

/** What a version's predictions cost, in all windows there are. */
export interface VersionCost {
  readonly version: number;
  /** Processor time of scoring a row; null where none was scored. */
  readonly cpuMicrosPerRow: number | null;
  /** Of the process that held most. */
  readonly memoryBytes: number;
  readonly rows: number;
}

/** By version. */
export async function versionCosts(registry: Registry, model: string): Promise<VersionCost[]> {
  const { rows } = await sql<VersionCost>`
    SELECT version, (sum(cpu_micros) / nullif(sum(scored_rows), 0))::float8 AS "cpuMicrosPerRow",
      max(memory_bytes) AS "memoryBytes", sum(scored_rows)::bigint AS rows
    FROM windows WHERE model = ${model} GROUP BY version ORDER BY version`.execute(registry.db);
  return rows;
}

function matches({ model, version, revision, sinceRevision, roles, since, until, writtenAfter, writtenBy }: WindowFilter) {
  const conditions = [
    sql`model = ${model}`,
    ...(version === undefined ? [] : [sql`version = ${version}`]),
    ...(revision === undefined ? [] : [sql`revision = ${revision}`]),
    ...(sinceRevision === undefined ? [] : [sql`revision >= ${sinceRevision}`]),
    ...(roles === undefined ? [] : [sql`role IN (${sql.join(roles)})`]),
    ...(since === undefined ? [] : [sql`ended_at > ${since}`]),
    ...(until === undefined ? [] : [sql`ended_at <= ${until}`]),
    ...(writtenAfter === undefined ? [] : [sql`written_at > ${writtenAfter}`]),
    ...(writtenBy === undefined ? [] : [sql`written_at <= ${writtenBy}`]),
  ];
  return sql.join(conditions, sql` AND `);
}
