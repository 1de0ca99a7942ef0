import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What was added of windows that the registry got by a moment. */
export interface SettledSum {
  readonly upTo: Date;
  /** Plain JSON, of a form that its name stands for. */
  readonly sum: unknown;
}

/** Null where nobody has written one. */
export async function readSettledSum(registry: Registry, model: string, name: string): Promise<SettledSum | null> {
  const { rows } = await sql<SettledSum>`
    SELECT up_to AS "upTo", sum FROM settled_sums WHERE model = ${model} AND name = ${name}`.execute(registry.db);
  return rows[0] ?? null;
}

/** In the place of an earlier one; those that a model has not needed for a day are removed. */
export async function writeSettledSum(registry: Registry, model: string, name: string, { upTo, sum }: SettledSum): Promise<void> {
  await sql`
    WITH unneeded AS (
      DELETE FROM settled_sums WHERE model = ${model} AND written_at < clock_timestamp() - interval '1 day' AND name <> ${name}
    )
    INSERT INTO settled_sums (model, name, up_to, sum) VALUES (${model}, ${name}, ${upTo}, ${JSON.stringify(sum)})
    ON CONFLICT (model, name) DO UPDATE SET up_to = excluded.up_to, sum = excluded.sum, written_at = clock_timestamp()
    `.execute(registry.db);
}
