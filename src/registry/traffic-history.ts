import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** Requests of callers in one hour, which begins then, ms since 1970. */
export interface TrafficHour {
  readonly hour: number;
  readonly requests: number;
}

/** Of the hours with windows since a time, in their order; and the first and the last moment that any of them tells of. */
export async function trafficByHour(
  registry: Registry,
  model: string,
  since: Date,
): Promise<{ readonly hours: readonly TrafficHour[]; readonly from: number; readonly to: number } | null> {
  const { rows } = await sql<TrafficHour & { from: number; to: number }>`
    SELECT (extract(epoch FROM date_trunc('hour', started_at, 'UTC')) * 1000)::float8 AS hour, sum(requests)::float8 AS requests,
      (extract(epoch FROM min(started_at)) * 1000)::float8 AS from, (extract(epoch FROM max(ended_at)) * 1000)::float8 AS to
    FROM windows WHERE model = ${model} AND ended_at > ${since} AND role IN ('champion', 'challenger', 'outside')
    GROUP BY 1 ORDER BY 1`.execute(registry.db);
  const [first] = rows;
  if (first === undefined) return null;
  return {
    hours: rows.map(({ hour, requests }) => ({ hour, requests })),
    from: first.from,
    to: Math.max(...rows.map(({ to }) => to)),
  };
}

/** When the newest window ended, ms since 1970; null before the first. */
export async function newestWindow(registry: Registry, model: string): Promise<number | null> {
  const row = await registry.db
    .selectFrom('windows')
    .select((eb) => eb.fn.max('ended_at').as('at'))
    .where('model', '=', model)
    .executeTakeFirst();
  return row?.at == null ? null : new Date(row.at).getTime();
}

/** The last rollout with two sides: who they were, its first revision, and when that was written, ms since 1970. */
export interface LastTrial {
  readonly champion: number;
  readonly challenger: number;
  readonly revision: number;
  readonly startedAt: number;
}

/** Null where there was none. */
export async function lastTrial(registry: Registry, model: string): Promise<LastTrial | null> {
  const { rows } = await sql<LastTrial>`
    SELECT champion, challenger, revision, (extract(epoch FROM written_at) * 1000)::float8 AS "startedAt"
    FROM traffic_revisions WHERE model = ${model} AND challenger IS NOT NULL AND epoch = (
      SELECT max(epoch) FROM traffic_revisions WHERE model = ${model} AND challenger IS NOT NULL
    ) ORDER BY revision LIMIT 1`.execute(registry.db);
  return rows[0] ?? null;
}
