import { sql } from 'kysely';
import type { ReleaseOutcome } from '../messages/release.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';

/** Who is told of releases outside pawl. */
export type Receiver = 'openlineage' | 'mlflow';

export interface OutboxMessage {
  readonly seq: number;
  readonly key: string;
  readonly model: string;
  readonly release: string | null;
  readonly message: unknown;
  readonly notedAt: Date;
  /** Tries that failed so far. */
  readonly tries: number;
}

/** What a receiver has not taken. */
export interface OutboxState {
  readonly receiver: Receiver;
  readonly waiting: number;
  /** Since when the oldest of them waits; null where none does. */
  readonly since: Date | null;
  /** How the last try of the oldest one failed; null where there was none. */
  readonly because: string | null;
  /** Messages that the receiver will never have. */
  readonly refused: number;
}

/** How long a message is kept that was sent, for those who ask later what was. */
const kept = sql`interval '30 days'`;

/** Notes what is to be told. An equal key to the same receiver is the same message: the first one stands. */
export async function noteMessage(
  registry: Registry,
  input: {
    readonly receiver: Receiver;
    readonly key: string;
    readonly model: string;
    readonly release: string | null;
    readonly message: unknown;
  },
): Promise<void> {
  const { message, ...rest } = input;
  await registry.db
    .insertInto('outbox')
    .values({ ...rest, message: json(message), because: null, sent_at: null, refused_at: null })
    .onConflict((oc) => oc.columns(['receiver', 'key']).doNothing())
    .execute();
}

/** What was noted of a release, sent or not, in order. */
export async function messagesOf(registry: Registry, release: string, receiver: Receiver): Promise<OutboxMessage[]> {
  const rows = await registry.db
    .selectFrom('outbox')
    .select(['seq', 'key', 'model', 'release', 'message', 'noted_at as notedAt', 'tries'])
    .where('release', '=', release)
    .where('receiver', '=', receiver)
    .orderBy('seq')
    .execute();
  return rows;
}

/** A release that is over. */
interface ClosedRelease {
  readonly release: string;
  readonly model: string;
  readonly outcome: ReleaseOutcome;
  readonly version: number | null;
  readonly because: string;
}

/** Releases of a model whose beginning was noted as lineage, which are over, and of which that was not noted. */
export async function closedUntold(registry: Registry, model: string): Promise<ClosedRelease[]> {
  const { rows } = await sql<ClosedRelease>`
    SELECT r.id AS release, r.model, r.outcome, r.version, coalesce(r.because, '') AS because
    FROM releases r
    JOIN outbox begun ON begun.receiver = 'openlineage' AND begun.key = r.id || '/release/start'
    LEFT JOIN outbox ended ON ended.receiver = 'openlineage' AND ended.key = r.id || '/release/end'
    WHERE r.model = ${model} AND r.outcome IS NOT NULL AND ended.seq IS NULL AND begun.refused_at IS NULL
    ORDER BY r.number`.execute(registry.db);
  return rows;
}

/**
 * Hands the oldest messages that wait for a receiver to `send`, one after the other, while nobody else sends to it.
 * `send` says what became of one; what it throws is an attempt that failed, and the rest waits with it.
 * @returns how many were sent; null where another process is at it
 */
export async function sendWaiting(
  registry: Registry,
  receiver: Receiver,
  send: (message: OutboxMessage) => Promise<'sent' | { readonly refused: string }>,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<number | null> {
  return registry.db.connection().execute(async (db) => {
    const name = `pawl outbox ${receiver}`;
    const { rows } = await sql<{ mine: boolean }>`SELECT pg_try_advisory_lock(hashtext(${name})) AS mine`.execute(db);
    if (rows[0]?.mine !== true) return null;
    try {
      const waiting = await db
        .selectFrom('outbox')
        .select(['seq', 'key', 'model', 'release', 'message', 'noted_at as notedAt', 'tries'])
        .where('receiver', '=', receiver)
        .where('sent_at', 'is', null)
        .where('refused_at', 'is', null)
        .orderBy('seq')
        .limit(limit)
        .execute();
      let sent = 0;
      for (const message of waiting) {
        if (signal?.aborted === true) break;
        const one = db.updateTable('outbox').where('seq', '=', message.seq);
        try {
          const end = await send(message);
          if (end === 'sent') await one.set({ sent_at: sql<Date>`clock_timestamp()`, because: null }).execute();
          else await one.set({ refused_at: sql<Date>`clock_timestamp()`, because: end.refused }).execute();
          sent++;
        } catch (error) {
          await one.set((eb) => ({ tries: eb('tries', '+', 1), because: (error as Error).message.slice(0, 1000) })).execute();
          throw error;
        }
      }
      return sent;
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtext(${name}))`.execute(db);
    }
  });
}

/** Removes what was sent long ago. What was refused, or waits, stays. */
export async function forgetSent(registry: Registry): Promise<void> {
  await registry.db
    .deleteFrom('outbox')
    .where('sent_at', '<', sql<Date>`clock_timestamp() - ${kept}`)
    .execute();
}

/** How far each receiver is behind, those who have everything left out. @param model one only; default: all */
export async function outboxState(registry: Registry, model?: string): Promise<OutboxState[]> {
  const { rows } = await sql<OutboxState>`
    SELECT receiver,
      count(*) FILTER (WHERE refused_at IS NULL)::int AS waiting,
      min(noted_at) FILTER (WHERE refused_at IS NULL) AS since,
      (array_agg(because ORDER BY seq) FILTER (WHERE refused_at IS NULL))[1] AS because,
      count(*) FILTER (WHERE refused_at IS NOT NULL)::int AS refused
    FROM outbox
    WHERE sent_at IS NULL AND (${model ?? null}::text IS NULL OR model = ${model ?? null})
    GROUP BY receiver ORDER BY receiver`.execute(registry.db);
  return rows;
}
