import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What one version did in one role at one gateway under one revision during one window. All counts add. */
export interface WindowRow {
  readonly process: string;
  readonly model: string;
  readonly version: number;
  readonly revision: number;
  readonly role: 'champion' | 'challenger' | 'shadow';
  readonly startedAt: Date;
  readonly lengthMs: number;
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  /** Counts over the bounds of `src/serving/latency-histogram.ts`. */
  readonly latency: readonly number[];
  /** Counts over the bins of `src/serving/score-histogram.ts`. */
  readonly score: readonly number[];
}

export interface WindowSum {
  readonly requests: number;
  readonly callerFaults: number;
  readonly errors: number;
  readonly fallbacks: number;
  /** Empty where there was no window. */
  readonly latency: number[];
  readonly score: number[];
}

/** Writes windows; one that is there already is left as it is, so a rewrite counts once. */
export async function writeWindows(registry: Registry, rows: readonly WindowRow[]): Promise<void> {
  if (rows.length === 0) return;
  await registry.db
    .insertInto('windows')
    .values(
      rows.map((row) => ({
        process: row.process,
        model: row.model,
        version: row.version,
        revision: row.revision,
        role: row.role,
        started_at: row.startedAt,
        length_ms: row.lengthMs,
        requests: row.requests,
        caller_faults: row.callerFaults,
        errors: row.errors,
        fallbacks: row.fallbacks,
        latency: [...row.latency],
        score: [...row.score],
      })),
    )
    .onConflict((oc) => oc.columns(['process', 'model', 'version', 'revision', 'role', 'started_at']).doNothing())
    .execute();
}

/** Adds the windows that match. `since` includes a window that began before and ends after it. */
export async function sumWindows(
  registry: Registry,
  filter: { model: string; version?: number; revision?: number; sinceRevision?: number; role?: WindowRow['role']; since?: Date },
): Promise<WindowSum> {
  const rows = await registry.db
    .selectFrom('windows')
    .select(['requests', 'caller_faults', 'errors', 'fallbacks', 'latency', 'score'])
    .where('model', '=', filter.model)
    .$if(filter.version !== undefined, (query) => query.where('version', '=', filter.version ?? 0))
    .$if(filter.revision !== undefined, (query) => query.where('revision', '=', filter.revision ?? 0))
    .$if(filter.sinceRevision !== undefined, (query) => query.where('revision', '>=', filter.sinceRevision ?? 0))
    .$if(filter.role !== undefined, (query) => query.where('role', '=', filter.role ?? 'champion'))
    .$if(filter.since !== undefined, (query) =>
      query.where(sql<boolean>`started_at + length_ms * interval '1 millisecond' > ${filter.since}`),
    )
    .execute();
  const total = { requests: 0, callerFaults: 0, errors: 0, fallbacks: 0, latency: [] as number[], score: [] as number[] };
  for (const row of rows) {
    total.requests += row.requests;
    total.callerFaults += row.caller_faults;
    total.errors += row.errors;
    total.fallbacks += row.fallbacks;
    row.latency.forEach((count, bin) => (total.latency[bin] = (total.latency[bin] ?? 0) + count));
    row.score.forEach((count, bin) => (total.score[bin] = (total.score[bin] ?? 0) + count));
  }
  return total;
}
