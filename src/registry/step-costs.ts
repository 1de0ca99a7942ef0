import { type RawBuilder, sql } from 'kysely';
import type { ModelUse } from '../steps/cost-report.ts';
import type { Usage } from '../steps/step.ts';
import type { Registry } from './registry.ts';

/** What costs are added up by. */
export const groupings = ['project', 'owner', 'tag', 'model', 'release', 'step'] as const;
export type Grouping = (typeof groupings)[number];

const names: Readonly<Record<Grouping, RawBuilder<unknown>>> = {
  project: sql`s.project`,
  owner: sql`s.owner`,
  tag: sql`tag.key || '=' || tag.value`,
  model: sql`s.model`,
  release: sql`s.release`,
  step: sql`s.step`,
};

/**
 * What the steps that began at or after a time used, by group and model: prices are the model's own. With `tag` a step counts in each of
 * its tags, and one without any nowhere.
 */
export async function stepCosts(
  registry: Registry,
  { by, since, model }: { readonly by: Grouping; readonly since: Date; readonly model?: string },
): Promise<ModelUse[]> {
  const units = ['wall_ms', 'cpu_ms', 'bytes_read', 'bytes_written'].map((column) => sql.id(column));
  const sums = (alias: string) => sql.join(units.map((unit) => sql`coalesce(sum(${sql.id(alias)}.${unit}), 0)::float8`));
  const { rows } = await sql<Omit<ModelUse, keyof Usage | 'spared'> & { used: number[]; spared: number[] }>`
    SELECT ${names[by]} AS name, s.model, count(DISTINCT s.release) AS releases,
      count(*) FILTER (WHERE s.state = 'done') AS done, count(*) FILTER (WHERE s.state = 'failed') AS failed,
      count(*) FILTER (WHERE s.state = 'running') AS unfinished, count(*) FILTER (WHERE s.state = 'taken') AS taken,
      count(*) FILTER (WHERE s.step = 'trial' AND s.state <> 'taken') AS trials,
      ARRAY[${sums('s')}] AS used, ARRAY[${sums('origin')}] AS spared
    FROM steps AS s
    ${by === 'tag' ? sql`CROSS JOIN LATERAL json_each_text(s.tags) AS tag` : sql``}
    LEFT JOIN steps AS origin ON s.state = 'taken' AND s.taken_from <> s.release AND origin.release = s.taken_from
      AND origin.step = s.step AND origin.part = s.part AND origin.state = 'done'
    WHERE s.started_at >= ${since} ${model === undefined ? sql`` : sql`AND s.model = ${model}`}
    GROUP BY 1, 2 ORDER BY min(s.seq)`.execute(registry.db);
  return rows.map(({ used, spared, ...row }) => ({ ...row, ...usageOf(used), spared: usageOf(spared) }));
}

function usageOf([wallMs = 0, cpuMs = 0, bytesRead = 0, bytesWritten = 0]: readonly number[]): Usage {
  return { wallMs, cpuMs, bytesRead, bytesWritten };
}
