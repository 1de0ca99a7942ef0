import { sql } from 'kysely';
import type { ErrorsByKey } from '../serving/errors-by-key.ts';
import type { Registry } from './registry.ts';

/** Errors of one version as champion or challenger in one window at one gateway. */
export interface ErrorRow {
  /** ms since 1970: when it began, and from when on whoever adds windows saw it. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly revision: number;
  readonly role: 'champion' | 'challenger';
  readonly errors: number;
  readonly errorsByKey: ErrorsByKey;
}

/**
 * Windows with errors, of a champion and a challenger in those roles, from a revision on: those that ended after `since`, by
 * `until`, and that the registry got after `writtenAfter`, by `writtenBy`. Both sides' errors are of callers who take part; what the champion did for others has another role.
 */
export async function errorWindows(
  registry: Registry,
  filter: {
    readonly model: string;
    readonly champion: number;
    readonly challenger: number;
    readonly sinceRevision: number;
    readonly since?: Date;
    readonly until?: Date;
    readonly writtenAfter?: Date;
    readonly writtenBy?: Date;
  },
): Promise<ErrorRow[]> {
  const { model, champion, challenger, sinceRevision } = filter;
  const within = (time: 'ended_at' | 'written_at', after: Date | undefined, by: Date | undefined) =>
    sql`${after === undefined ? sql`true` : sql`${sql.ref(time)} > ${after}`} AND ${by === undefined ? sql`true` : sql`${sql.ref(time)} <= ${by}`}`;
  const { rows } = await sql<Omit<ErrorRow, 'errorsByKey'> & ErrorsByKey>`
    SELECT (extract(epoch FROM started_at) * 1000)::float8 AS "startedAt",
      (extract(epoch FROM greatest(ended_at, written_at)) * 1000)::float8 AS "seenAt", revision, role, errors,
      error_keys::float8[] AS keys, error_counts::float8[] AS counts, error_others AS others
    FROM windows
    WHERE model = ${model} AND errors > 0 AND revision >= ${sinceRevision}
      AND ${within('ended_at', filter.since, filter.until)} AND ${within('written_at', filter.writtenAfter, filter.writtenBy)}
      AND ((version = ${champion} AND role = 'champion') OR (version = ${challenger} AND role = 'challenger'))`.execute(
    registry.db,
  );
  return rows.map(({ keys, counts, others, ...row }) => ({ ...row, errorsByKey: { keys, counts, others } }));
}

/** Fraction of the callers that each revision from one on gives to the challenger, by revision. */
export async function sharesSince(registry: Registry, model: string, revision: number): Promise<Map<number, number>> {
  const rows = await registry.db
    .selectFrom('traffic_revisions')
    .select(['revision', 'share'])
    .where('model', '=', model)
    .where('revision', '>=', revision)
    .execute();
  return new Map(rows.map((row) => [row.revision, row.share]));
}
