import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** A person's word that the monitor shall start nothing, or start things again. */
export interface RecordedPause {
  /** ms since 1970 */
  readonly at: number;
  readonly paused: boolean;
}

/** In their order. */
export async function recordedPauses(registry: Registry, model: string): Promise<RecordedPause[]> {
  const { rows } = await sql<RecordedPause>`
    SELECT (extract(epoch FROM asked_at) * 1000)::float8 AS at, action = 'pause' AS paused FROM operations
    WHERE model = ${model} AND action IN ('pause', 'resume') AND coalesce(because, '') NOT LIKE 'Refused:%'
    ORDER BY asked_at`.execute(registry.db);
  return rows;
}
