import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** One line of a model's history. */
export interface TimelineRow {
  readonly at: Date;
  readonly kind: 'trigger' | 'release' | 'step' | 'decision' | 'revision' | 'champion' | 'operation' | 'alarm';
  /** A sentence with numbers. */
  readonly because: string;
  /** Who asked, or which workflow decided. */
  readonly by: string | null;
  readonly release: string | null;
  readonly version: number | null;
  /** The traffic revision that it is, or that it led to. */
  readonly revision: number | null;
}

/** The newest `limit` lines of everything that was decided, asked and done, oldest first. */
export async function timeline(registry: Registry, model: string, limit: number): Promise<TimelineRow[]> {
  const nothing = sql`NULL::integer`;
  // In the order in which they follow from each other, for those of one moment.
  const sources = [
    sql`SELECT asked_at AS at, 'operation' AS kind, by || ' asks to ' || action || ': ' || reason AS because, by,
          NULL::text AS release, ${nothing} AS version, ${nothing} AS revision, 1 AS rank
        FROM operations WHERE model = ${model}`,
    sql`SELECT at, 'trigger', kind || ': ' || because, by, release, ${nothing}, ${nothing}, 2
        FROM triggers WHERE model = ${model}`,
    sql`SELECT started_at, 'release', id || CASE WHEN drill THEN ', a drill, begins' ELSE ' begins' END, NULL, id, ${nothing}, ${nothing}, 3
        FROM releases WHERE model = ${model}`,
    sql`SELECT ended_at, 'step', step || ': ' || because, NULL, release, ${nothing}, ${nothing}, 4
        FROM steps WHERE model = ${model} AND state IN ('done', 'taken') AND because IS NOT NULL AND part = ''`,
    sql`SELECT at, 'decision', stage || ': ' || action || ': ' || because, workflow, release, ${nothing}, ${nothing}, 4
        FROM decisions WHERE model = ${model}`,
    sql`SELECT written_at, 'revision', 'revision ' || revision || ': ' || because, NULL, NULL, coalesce(challenger, champion), revision, 5
        FROM traffic_revisions WHERE model = ${model}`,
    sql`SELECT since, 'champion', 'v' || version || ' leads: ' || because, by, release, version, ${nothing}, 6
        FROM champions WHERE model = ${model}`,
    sql`SELECT finished_at, 'operation', action || ' for ' || by || ': ' || because, by, release, ${nothing}, revision, 7
        FROM operations WHERE model = ${model} AND finished_at IS NOT NULL`,
    sql`SELECT over_at, 'alarm', over_because, NULL, NULL, ${nothing}, ${nothing}, 9
        FROM alarms WHERE model = ${model} AND over_at IS NOT NULL`,
    sql`SELECT ended_at, 'release', id || CASE WHEN drill THEN ', a drill, ends' ELSE ' ' || replace(outcome, '_', ' ') END || ': ' || coalesce(because, ''), NULL, id, version, ${nothing}, 8
        FROM releases WHERE model = ${model} AND ended_at IS NOT NULL`,
  ];
  // Each source gives its own newest lines, so that a long history costs no more than a short one.
  const newest = sources.map((source) => sql`(${source} ORDER BY 1 DESC LIMIT ${limit})`);
  const { rows } = await sql<TimelineRow>`
    SELECT at, kind, because, by, release, version, revision
    FROM (${sql.join(newest, sql` UNION ALL `)}) AS lines
    ORDER BY at DESC, rank DESC LIMIT ${limit}`.execute(registry.db);
  return rows.toReversed();
}
