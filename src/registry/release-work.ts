import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What a model's releases have taken; drills are none. */
export interface ReleaseWork {
  /** Releases begun in the last seven days. */
  readonly thisWeek: number;
  /** ms of ingesting, validating, training and evaluating in the last 30 days, one after the other. */
  readonly thisMonth: number;
  /** The same of the newest release; 0 before the first. */
  readonly last: number;
}

/** Until the gates were checked, where they were; a release that runs has worked until now. What came after is a rollout, which waits. */
export async function releaseWork(registry: Registry, model: string): Promise<ReleaseWork> {
  const { rows } = await sql<ReleaseWork>`
    WITH work AS (
      SELECT number, started_at,
        (extract(epoch FROM coalesce(decisions.at, ended_at, clock_timestamp()) - started_at) * 1000)::float8 AS ms
      FROM releases LEFT JOIN decisions ON decisions.key = releases.id || '/gates'
      WHERE releases.model = ${model} AND NOT drill AND started_at > clock_timestamp() - interval '30 days'
    )
    SELECT
      count(*) FILTER (WHERE started_at > clock_timestamp() - interval '7 days') AS "thisWeek",
      coalesce(sum(ms), 0)::float8 AS "thisMonth",
      coalesce((SELECT ms FROM work ORDER BY number DESC LIMIT 1), 0)::float8 AS last
    FROM work`.execute(registry.db);
  return rows[0] ?? { thisWeek: 0, thisMonth: 0, last: 0 };
}
