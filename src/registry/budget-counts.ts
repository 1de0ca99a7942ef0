import { sql } from 'kysely';
import type { Counted } from '../monitoring/budget.ts';
import type { BadCounts } from '../monitoring/burn-rate.ts';
import { bucketsAbove } from '../serving/latency-sketch.ts';
import type { Registry } from './registry.ts';

/**
 * Bad and all events of a champion within each of some stretches of time until now, added by Postgres in one pass. Requests are
 * those that callers met: a shadow's failure, or one that the champion answered for, costs nobody. A window of serving counts
 * that began before a stretch counts whole.
 * @param now ms since 1970
 * @param lengths ms
 * @returns by length
 */
export async function budgetCounts(
  registry: Registry,
  { model, version, counted }: { readonly model: string; readonly version: number; readonly counted: Counted },
  now: number,
  lengths: readonly number[],
): Promise<Map<number, BadCounts>> {
  if (lengths.length === 0) return new Map();
  const since = (length: number) => new Date(now - length);
  const oldest = since(Math.max(...lengths));
  const matching =
    counted.of === 'labels'
      ? sql`SELECT at, labels AS events, bad FROM judged_labels
            WHERE model = ${model} AND version = ${version} AND at > ${oldest}`
      : sql`SELECT ended_at AS at, requests AS events, ${counted.of === 'errors' ? sql`errors` : slow(counted.slowerThan)} AS bad
            FROM windows
            WHERE model = ${model} AND version = ${version} AND role IN ('champion', 'outside') AND ended_at > ${oldest}`;
  const sums = lengths.flatMap((length, i) =>
    (['events', 'bad'] as const).map(
      (column) =>
        sql`coalesce(sum(${sql.ref(column)}) FILTER (WHERE at > ${since(length)}), 0)::float8 AS ${sql.id(`${column}${i}`)}`,
    ),
  );
  const { rows } = await sql<Record<string, number>>`
    WITH matching AS (${matching}) SELECT ${sql.join(sums)} FROM matching`.execute(registry.db);
  const row = rows[0] ?? {};
  return new Map(lengths.map((length, i) => [length, { events: row[`events${i}`] ?? 0, bad: row[`bad${i}`] ?? 0 }]));
}

/** Of one window's latencies. */
function slow(ms: number) {
  return sql`(SELECT coalesce(sum(count), 0) FROM unnest(latency_buckets, latency_counts) AS one (bucket, count)
              WHERE bucket >= ${bucketsAbove(ms)})`;
}
