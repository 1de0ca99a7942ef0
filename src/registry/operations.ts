import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What a person asked, and what became of it. */
export interface OperationRecord {
  readonly requestId: string;
  readonly model: string;
  readonly action: string;
  readonly by: string;
  readonly reason: string;
  readonly askedAt: Date;
  /** Null while it is not done. */
  readonly finishedAt: Date | null;
  readonly because: string | null;
  readonly revision: number | null;
  readonly release: string | null;
}

/** Records a request. The same request again is one request. */
export async function recordOperation(
  registry: Registry,
  input: { requestId: string; model: string; action: string; by: string; reason: string },
): Promise<void> {
  const { requestId, ...rest } = input;
  await registry.db
    .insertInto('operations')
    .values({ ...rest, request_id: requestId, finished_at: null, because: null, revision: null, release: null })
    .onConflict((oc) => oc.column('request_id').doNothing())
    .execute();
}

/** Says what became of a request. The first end stands. */
export async function finishOperation(
  registry: Registry,
  input: { requestId: string; because: string; revision?: number; release?: string },
): Promise<void> {
  const { requestId, because, revision, release } = input;
  await registry.db
    .updateTable('operations')
    .set({ finished_at: sql<Date>`clock_timestamp()`, because, revision: revision ?? null, release: release ?? null })
    .where('request_id', '=', requestId)
    .where('finished_at', 'is', null)
    .execute();
}

/** A request and what became of it; null where nobody made it. */
export async function getOperation(registry: Registry, requestId: string): Promise<OperationRecord | null> {
  const row = await registry.db.selectFrom('operations').selectAll().where('request_id', '=', requestId).executeTakeFirst();
  if (row === undefined) return null;
  const { request_id, asked_at, finished_at, ...rest } = row;
  return { ...rest, requestId: request_id, askedAt: asked_at, finishedAt: finished_at };
}

/**
 * Answers every request that nobody will carry out any more, because the release that it was meant for is over. Retrains are
 * the monitor's and wait for their own release.
 */
export async function finishOpenOperations(
  registry: Registry,
  input: { model: string; release: string; because: string },
): Promise<void> {
  const { model, release, because } = input;
  await registry.db
    .updateTable('operations')
    .set({ finished_at: sql<Date>`clock_timestamp()`, because, release })
    .where('model', '=', model)
    .where('action', '!=', 'retrain')
    .where('finished_at', 'is', null)
    .execute();
}
