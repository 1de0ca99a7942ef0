import path from 'node:path';
import { sql } from 'kysely';
import { settledCounts, settledErrors } from '../../activities/settled.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { createDatabaseIfMissing, startPostgres } from '../../infra/servers/postgres-server.ts';
import { migrate } from '../../src/registry/migrate.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';
import { sumWindows } from '../../src/registry/windows.ts';
import { median } from '../statistics.ts';

const [model, revision] = ['bench', 5];
const [champion, challenger] = [1, 2];
const gateways = 2;

/** What the windows of a step cost a guard, ms. */
export interface LookCost {
  readonly windows: number;
  /** Adding up all there is, which nobody has to who goes on from what another guard has kept. */
  readonly anew: number;
  /** The first look of a guard that goes on from there. */
  readonly first: number;
  /** One of those that follow, each second: the median, and the longest, which adds what has settled. */
  readonly median: number;
  readonly longest: number;
}

/** A step of so many seconds in Postgres, a window a second of each gateway for each thing that a version is asked, and looks at it. */
export async function lookCost(directory: string, seconds: number, looks: number): Promise<LookCost> {
  const postgres = await startPostgres({
    directory: path.join(directory, 'postgres-of-looks'),
    port: await freePort(),
    logFile: path.join(directory, 'postgres-of-looks.log'),
  });
  try {
    await createDatabaseIfMissing(postgres.url, 'looks');
    const registry = openRegistry(`${postgres.url}/looks`);
    try {
      await migrate(registry);
      return await measure(registry, seconds, looks);
    } finally {
      await registry.close();
    }
  } finally {
    await postgres.process.stop(20_000);
  }
}

async function measure(registry: Registry, seconds: number, looks: number): Promise<LookCost> {
  await fill(registry, seconds);
  const { rows } = await sql<{ windows: number }>`SELECT count(*)::float8 AS windows FROM windows`.execute(registry.db);
  const anew = await timed(guard(registry));
  const look = guard(registry);
  const first = await timed(look);
  const later: number[] = [];
  for (let i = 0; i < looks; i++) later.push(await timed(look));
  return { windows: rows[0]?.windows ?? 0, anew, first, median: median(later), longest: Math.max(...later) };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** All that a guard with the default policy reads of windows at a look. */
function guard(registry: Registry): () => Promise<void> {
  let now = 0;
  // Every look of the bench settles, which a guard's do each half minute.
  const times = { monotonic: () => (now += 60_000), settlesAfter: 60_000 };
  const step = { model, sinceRevision: revision };
  const shares = new Map([[revision, 0.1]]);
  const sums = [
    settledCounts(registry, { ...step, version: challenger }, times),
    settledCounts(registry, { ...step, version: challenger, roles: ['challenger'] }, times),
    settledCounts(registry, { ...step, version: champion, roles: ['champion', 'challenger', 'shadow'] }, times),
    settledErrors(registry, { model, champion, challenger, sinceRevision: revision }, shares, times),
  ];
  return async () => {
    for (const sum of sums) await sum.sum();
    for (const version of [champion, challenger])
      await sumWindows(registry, { ...step, version, since: new Date(Date.now() - 120_000) });
  };
}

/** As a busy model leaves them: 30 buckets of latency, 20 features with 20 bins, every other window with an error. */
async function fill(registry: Registry, seconds: number): Promise<void> {
  await sql`
    INSERT INTO windows (process, model, version, revision, role, started_at, ended_at, written_at, requests, caller_faults, errors,
      fallbacks, rows, error_keys, error_counts, error_others, latency_buckets, latency_counts, score_bins, feature_bins)
    SELECT 'gateway-' || gateway, ${model}, version, ${revision}::int, role, now() - ago * second, now() - (ago - 1) * second,
      now() - (ago - 1) * second, 50, 0, failed, 0, 50, CASE failed WHEN 1 THEN ARRAY[(random() * 2 ^ 48)::bigint] ELSE '{}' END,
      CASE failed WHEN 1 THEN ARRAY[1] ELSE '{}' END, 0, (SELECT array_agg((ago % 7 + n)::smallint) FROM generate_series(0, 29) AS n),
      array_fill(2, ARRAY[30]), array_fill(2, ARRAY[20]), array_fill(2, ARRAY[400])
    FROM generate_series(1, ${seconds}::int) AS ago, generate_series(1, ${gateways}::int) AS gateway,
      (VALUES (${champion}::int, 'champion'), (${champion}, 'shadow'), (${challenger}, 'challenger'), (${challenger}, 'shadow'))
        AS asked (version, role),
      LATERAL (SELECT interval '1 second' AS second, (ago % 2)::int AS failed) AS parts`.execute(registry.db);
  await sql`ANALYZE windows`.execute(registry.db);
}
