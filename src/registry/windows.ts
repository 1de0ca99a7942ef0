import { sql } from 'kysely';
import { hashRange, type ErrorsByKey } from '../serving/errors-by-key.ts';
import type { LatencySums } from '../serving/latency-sketch.ts';
import type { Registry } from './registry.ts';

/** What one version did in one role at one gateway under one revision during one window. All counts add. */
export interface WindowRow {
  readonly process: string;
  readonly model: string;
  readonly version: number;
  readonly revision: number;
  readonly role: 'champion' | 'challenger' | 'shadow';
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

/** Errors of many windows, of one caller at most so many. */
export interface CappedErrors {
  /** Those without a key, and of each caller no more than the cap. */
  readonly errors: number;
  /** Callers with a key that met one. */
  readonly callers: number;
  /** Errors without a key: each counts. */
  readonly withoutKey: number;
  /** False where some window had errors of more than 64 callers: then `errors` and `callers` are estimates. */
  readonly exact: boolean;
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

/** Which windows to add. */
export interface WindowFilter {
  readonly model: string;
  readonly version?: number;
  readonly revision?: number;
  readonly sinceRevision?: number;
  readonly role?: WindowRow['role'];
  /** Windows that ended after it; one that began before counts whole. */
  readonly since?: Date;
  /** Windows that ended at it or before. */
  readonly until?: Date;
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

/**
 * Adds errors, counting no more than `perKey` of one caller. Windows that had to leave callers out kept those with the smallest
 * hashes: callers below the smallest hash at which any window stopped are all there, a fair sample, and stand for the others
 * (P. Duffield, C. Lund, M. Thorup, "Priority sampling for estimation of arbitrary subset sums", J. ACM 54 (2007): each kept
 * caller counts 1 / the probability that it was kept).
 */
export async function sumCappedErrors(registry: Registry, filter: WindowFilter, perKey: number): Promise<CappedErrors> {
  const { rows } = await sql<{ capped: number; callers: number; withKey: number; withoutKey: number; stop: number | null }>`
    WITH matching AS MATERIALIZED (
      SELECT errors, error_keys, error_counts, error_others FROM windows WHERE errors > 0 AND ${matches(filter)}
    ), stopped AS (
      SELECT min(error_keys[cardinality(error_keys)]) AS at FROM matching WHERE error_others > 0
    ), by_key AS (
      SELECT key, sum(count) AS count FROM matching, unnest(error_keys, error_counts) AS one (key, count) GROUP BY key
    ), known AS (
      SELECT coalesce(sum(least(count, ${perKey}::float8)), 0)::float8 AS capped, count(*)::bigint AS callers
      FROM by_key WHERE key < coalesce((SELECT at FROM stopped), ${hashRange}::bigint)
    ), total AS (
      SELECT coalesce(sum(errors), 0)::bigint AS errors,
        coalesce(sum(error_others + (SELECT coalesce(sum(count), 0) FROM unnest(error_counts) AS count)), 0)::bigint AS with_key
      FROM matching
    )
    SELECT capped, callers, with_key AS "withKey", errors - with_key AS "withoutKey", (SELECT at FROM stopped) AS stop
    FROM known, total`.execute(registry.db);
  const [sum] = rows;
  if (sum === undefined) throw new Error('a sum without a row');
  const kept = (sum.stop ?? hashRange) / hashRange;
  return {
    errors: sum.withoutKey + Math.min(sum.withKey, Math.round(sum.capped / kept)),
    callers: Math.min(sum.withKey, Math.round(sum.callers / kept)),
    withoutKey: sum.withoutKey,
    exact: sum.stop === null,
  };
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

function matches({ model, version, revision, sinceRevision, role, since, until }: WindowFilter) {
  const conditions = [
    sql`model = ${model}`,
    ...(version === undefined ? [] : [sql`version = ${version}`]),
    ...(revision === undefined ? [] : [sql`revision = ${revision}`]),
    ...(sinceRevision === undefined ? [] : [sql`revision >= ${sinceRevision}`]),
    ...(role === undefined ? [] : [sql`role = ${role}`]),
    ...(since === undefined ? [] : [sql`ended_at > ${since}`]),
    ...(until === undefined ? [] : [sql`ended_at <= ${until}`]),
  ];
  return sql.join(conditions, sql` AND `);
}
