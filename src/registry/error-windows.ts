import { sql } from 'kysely';
import type { ErrorsByKey } from '../serving/errors-by-key.ts';
import type { Registry } from './registry.ts';

/** Errors of one version as champion or challenger in one window at one gateway. */
export interface ErrorRow {
  /** ms since 1970 */
  readonly startedAt: number;
  readonly revision: number;
  readonly role: 'champion' | 'challenger';
  readonly errors: number;
  readonly errorsByKey: ErrorsByKey;
}

/** Windows with errors, of a champion and a challenger in those roles, from a revision on, that ended after `since`, by `until`. */
export async function errorWindows(
  registry: Registry,
  filter: {
    readonly model: string;
    readonly champion: number;
    readonly challenger: number;
    readonly sinceRevision: number;
    readonly since: Date;
    readonly until?: Date;
  },
): Promise<ErrorRow[]> {
  const { model, champion, challenger, sinceRevision, since, until } = filter;
  const { rows } = await sql<Omit<ErrorRow, 'errorsByKey'> & ErrorsByKey>`
    SELECT (extract(epoch FROM started_at) * 1000)::float8 AS "startedAt", revision, role, errors,
      error_keys AS keys, error_counts AS counts, error_others AS others
    FROM windows
    WHERE model = ${model} AND errors > 0 AND revision >= ${sinceRevision} AND ended_at > ${since}
      AND ${until === undefined ? sql`true` : sql`ended_at <= ${until}`}
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
