import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** One line of a model's history. */
export interface TimelineRow {
  readonly at: Date;
  readonly kind: 'trigger' | 'release' | 'decision' | 'revision' | 'champion' | 'operation';
  readonly because: string;
  readonly by: string | null;
  readonly release: string | null;
  readonly version: number | null;
}

/** The newest `limit` lines of everything that was decided, asked and done, oldest first. */
export async function timeline(registry: Registry, model: string, limit: number): Promise<TimelineRow[]> {
  const { rows } = await sql<TimelineRow>`
    SELECT * FROM (
      SELECT at, 'trigger' AS kind, kind || ': ' || because AS because, by, release, NULL::integer AS version FROM triggers WHERE model = ${model}
      UNION ALL
      SELECT started_at, 'release', id || ' begins', NULL, id, NULL FROM releases WHERE model = ${model}
      UNION ALL
      SELECT ended_at, 'release', id || ' ' || replace(outcome, '_', ' ') || ': ' || coalesce(because, ''), NULL, id, version FROM releases WHERE model = ${model} AND ended_at IS NOT NULL
      UNION ALL
      SELECT at, 'decision', stage || ': ' || action || ': ' || because, workflow, release, NULL FROM decisions WHERE model = ${model}
      UNION ALL
      SELECT written_at, 'revision', 'revision ' || revision || ': ' || because, NULL, NULL, coalesce(challenger, champion) FROM traffic_revisions WHERE model = ${model}
      UNION ALL
      SELECT since, 'champion', 'v' || version || ' leads: ' || because, by, release, version FROM champions WHERE model = ${model}
      UNION ALL
      SELECT asked_at, 'operation', by || ' asks to ' || action || ': ' || reason, by, release, NULL FROM operations WHERE model = ${model}
    ) AS line ORDER BY at DESC LIMIT ${limit}`.execute(registry.db);
  return rows.toReversed();
}
