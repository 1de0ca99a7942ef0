import { sql } from 'kysely';
import type { Usage } from '../steps/step.ts';
import type { Registry } from './registry.ts';

/** What a model's releases have taken; drills are none. */
export interface ReleaseWork {
  /** Releases begun in the last seven days. */
  readonly thisWeek: number;
  /** What the steps of the releases of the last 30 days used. */
  readonly thisMonth: Usage;
  /** The same of the newest of them that trained, or else of the newest: what one more may take. */
  readonly next: Usage;
}

/**
 * Of steps, each attempt counts, and one that runs as far as it has noted. A release of before there were steps on record counts with the
 * time until its gates were checked: what came after was a rollout, which waits.
 */
export async function releaseWork(registry: Registry, model: string): Promise<ReleaseWork> {
  const { rows } = await sql<{ thisWeek: number; month: readonly number[]; next: readonly number[] | null }>`
    WITH work AS (
      SELECT r.number, r.started_at, used.trained, coalesce(used.units, ARRAY[
        extract(epoch FROM coalesce(d.at, r.ended_at, clock_timestamp()) - r.started_at)::float8 * 1000, 0, 0, 0]) AS units
      FROM releases AS r LEFT JOIN decisions AS d ON d.key = r.id || '/gates'
      LEFT JOIN LATERAL (
        SELECT sums.units, sums.trained FROM (
          SELECT ARRAY[sum(wall_ms), sum(cpu_ms), sum(bytes_read)::float8, sum(bytes_written)::float8] AS units,
            coalesce(bool_or(step = 'train' AND state = 'done'), false) AS trained, count(*) AS steps
          FROM steps WHERE steps.release = r.id) AS sums
        WHERE sums.steps > 0) AS used ON true
      WHERE r.model = ${model} AND NOT r.drill AND r.started_at > clock_timestamp() - interval '30 days'
    )
    SELECT
      count(*) FILTER (WHERE started_at > clock_timestamp() - interval '7 days') AS "thisWeek",
      ARRAY[coalesce(sum(units[1]), 0), coalesce(sum(units[2]), 0), coalesce(sum(units[3]), 0), coalesce(sum(units[4]), 0)]::float8[] AS month,
      (SELECT units FROM work ORDER BY (trained IS NOT FALSE) DESC, number DESC LIMIT 1)::float8[] AS next
    FROM work`.execute(registry.db);
  const row = rows[0];
  return { thisWeek: row?.thisWeek ?? 0, thisMonth: usageOf(row?.month), next: usageOf(row?.next) };
}

function usageOf(units: readonly number[] | null | undefined): Usage {
  const [wallMs = 0, cpuMs = 0, bytesRead = 0, bytesWritten = 0] = units ?? [];
  return { wallMs, cpuMs, bytesRead, bytesWritten };
}
