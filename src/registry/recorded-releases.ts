import { sql } from 'kysely';
import type { ReleaseOutcome } from '../messages/release.ts';
import type { TriggerKind } from '../monitoring/state.ts';
import type { Usage } from '../steps/step.ts';
import type { Registry } from './registry.ts';

/** A release as it went; times in ms since 1970. */
export interface RecordedRelease {
  readonly id: string;
  readonly startedAt: number;
  /** When its gates were checked, or it ended before: until then it worked. Null where neither has been. */
  readonly workedUntil: number | null;
  /** What its steps used; null of one before there were steps on record. */
  readonly used: Usage | null;
  /** When its rollout began; null where it came to none. */
  readonly onTrialFrom: number | null;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly outcome: ReleaseOutcome | null;
}

/** All of a model, by number; drills are none. */
export async function recordedReleases(registry: Registry, model: string): Promise<RecordedRelease[]> {
  const ms = (time: ReturnType<typeof sql>) => sql`(extract(epoch FROM ${time}) * 1000)::float8`;
  const { rows } = await sql<RecordedRelease>`
    SELECT r.id, r.outcome,
      (SELECT json_build_object('wallMs', sum(s.wall_ms), 'cpuMs', sum(s.cpu_ms), 'bytesRead', sum(s.bytes_read), 'bytesWritten', sum(s.bytes_written))
        FROM steps AS s WHERE s.release = r.id HAVING count(*) > 0) AS used, ${ms(sql`r.started_at`)} AS "startedAt", ${ms(sql`r.ended_at`)} AS "endedAt",
      ${ms(sql`coalesce(d.at, r.ended_at)`)} AS "workedUntil",
      (SELECT ${ms(sql`min(t.written_at)`)} FROM traffic_revisions AS t
        JOIN traffic_epochs AS e ON e.model = t.model AND e.epoch = t.epoch AND e.kind = 'rollout'
        JOIN versions AS v ON v.model = t.model AND v.version = coalesce(t.challenger, t.champion)
        WHERE t.model = r.model AND v.release = r.id AND t.written_at >= r.started_at) AS "onTrialFrom"
    FROM releases AS r LEFT JOIN decisions AS d ON d.key = r.id || '/gates'
    WHERE r.model = ${model} AND NOT r.drill ORDER BY r.number`.execute(registry.db);
  return rows;
}

/** What a monitor recorded, and what it did about it. */
export interface RecordedAlarm {
  /** ms since 1970 */
  readonly at: number;
  readonly kind: TriggerKind;
  readonly action: 'tell' | 'retrain' | 'rollback';
  readonly because: string;
}

/** What the monitor of a model recorded from a time on, in its order. A trial that was stopped counts as a rollback. */
export async function recordedAlarms(registry: Registry, model: string, since: Date): Promise<RecordedAlarm[]> {
  // The request of a rollback bears the id of its trigger: see `rollBack` in workflows/watch.ts.
  const { rows } = await sql<RecordedAlarm>`
    SELECT t.kind, t.because, (extract(epoch FROM t.at) * 1000)::float8 AS at,
      CASE WHEN t.release IS NOT NULL THEN 'retrain'
        WHEN EXISTS (SELECT FROM operations AS o WHERE o.model = t.model AND o.by = 'monitor' AND o.request_id LIKE '%/' || t.id)
        THEN 'rollback' ELSE 'tell' END AS action
    FROM triggers AS t WHERE t.model = ${model} AND t.by = 'monitor' AND t.at >= ${since} ORDER BY t.at, t.id`.execute(
    registry.db,
  );
  return rows;
}
