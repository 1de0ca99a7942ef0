import { sql } from 'kysely';
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
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  /** Counts over the bounds of `src/serving/latency-histogram.ts`. */
  readonly latency: readonly number[];
  /** Counts over the bins of `src/serving/score-histogram.ts`. */
  readonly score: readonly number[];
}

export interface WindowSum {
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  /** Empty where there was no window. */
  readonly latency: number[];
  readonly score: number[];
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
        latency: [...row.latency],
        score: [...row.score],
      })),
    )
    .onConflict((oc) => oc.columns(['process', 'model', 'version', 'revision', 'role', 'started_at']).doNothing())
    .execute();
}

/** Which windows to add. */
interface WindowFilter {
  readonly model: string;
  readonly version?: number;
  readonly revision?: number;
  readonly sinceRevision?: number;
  readonly role?: WindowRow['role'];
  /** Windows that ended after it; one that began before counts whole. */
  readonly since?: Date;
}

/** Adds the windows that match, in Postgres: a month of them is too much to carry. */
export async function sumWindows(registry: Registry, filter: WindowFilter): Promise<WindowSum> {
  const { model, version, revision, sinceRevision, role, since } = filter;
  const conditions = [
    sql`model = ${model}`,
    ...(version === undefined ? [] : [sql`version = ${version}`]),
    ...(revision === undefined ? [] : [sql`revision = ${revision}`]),
    ...(sinceRevision === undefined ? [] : [sql`revision >= ${sinceRevision}`]),
    ...(role === undefined ? [] : [sql`role = ${role}`]),
    ...(since === undefined ? [] : [sql`ended_at > ${since}`]),
  ];
  const { rows } = await sql<WindowSum>`
    WITH matching AS MATERIALIZED (SELECT * FROM windows WHERE ${sql.join(conditions, sql` AND `)})
    SELECT
      coalesce(sum(requests), 0)::bigint AS requests,
      coalesce(sum(caller_faults), 0)::bigint AS "callerFaults",
      coalesce(sum(errors), 0)::bigint AS errors,
      coalesce(sum(fallbacks), 0)::bigint AS fallbacks,
      ${sumOfBins('latency')} AS latency,
      ${sumOfBins('score')} AS score
    FROM matching`.execute(registry.db);
  const [sum] = rows;
  if (sum === undefined) throw new Error('a sum without a row');
  return sum;
}

/** Bin by bin; float8, which pg reads as numbers, holds counts up to 2^53 exactly. */
function sumOfBins(column: 'latency' | 'score') {
  return sql`(
    SELECT coalesce(array_agg(total ORDER BY bin), '{}')
    FROM (
      SELECT bin, sum(count)::float8 AS total FROM matching, unnest(${sql.ref(column)}) WITH ORDINALITY AS bins (count, bin) GROUP BY bin
    ) AS totals
  )`;
}
