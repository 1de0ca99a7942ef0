import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { FinalError } from '../errors.ts';
import type { Registry } from './registry.ts';
import type { Tables } from './tables.ts';
import type { TrafficAssignment } from './traffic-assignment.ts';

export type EpochKind = Tables['traffic_epochs']['kind'];

/** The channel on which each new revision is told, with the model's name as payload. */
export const trafficChannel = 'pawl_traffic';

export interface RevisionInput {
  readonly model: string;
  readonly epoch: number;
  readonly operationId: string;
  readonly champion: number | null;
  readonly challenger: number | null;
  readonly share: number;
  readonly shadowShare: number;
  readonly salt: string;
  /** How long the challenger keeps its share without renewal; null without challenger. */
  readonly leaseMs: number | null;
  readonly because: string;
}

export interface RevisionRecord extends RevisionInput {
  readonly revision: number;
  readonly writtenAt: Date;
}

/** Locks the model's row: writers of one model's traffic come one after the other. */
async function lockModel(tx: Transaction<Tables>, model: string): Promise<void> {
  const row = await tx.selectFrom('models').select('name').where('name', '=', model).forUpdate().executeTakeFirst();
  if (row === undefined) throw new FinalError('PAWL_MODEL_NOT_FOUND', `The registry knows no model ${model}.`);
}

async function newestEpoch(tx: Transaction<Tables>, model: string): Promise<{ epoch: number; holder: string } | undefined> {
  return tx
    .selectFrom('traffic_epochs')
    .select(['epoch', 'holder'])
    .where('model', '=', model)
    .orderBy('epoch', 'desc')
    .executeTakeFirst();
}

function refuseOldEpoch(model: string, epoch: number, newest: { epoch: number; holder: string } | undefined): void {
  if (newest?.epoch === epoch) return;
  throw new FinalError(
    'PAWL_EPOCH_SUPERSEDED',
    `Epoch ${epoch} of ${model} may no longer write: epoch ${newest?.epoch ?? 0} (${newest?.holder ?? 'nobody'}) has the traffic.`,
  );
}

/** Gives a holder the newest epoch. The same holder again gets the epoch that it was given, even when a newer one is there. */
export async function openEpoch(
  registry: Registry,
  input: { model: string; holder: string; kind: EpochKind },
): Promise<{ epoch: number }> {
  const { model, holder, kind } = input;
  return registry.db.transaction().execute(async (tx) => {
    await lockModel(tx, model);
    const mine = await tx
      .selectFrom('traffic_epochs')
      .select('epoch')
      .where('model', '=', model)
      .where('holder', '=', holder)
      .executeTakeFirst();
    if (mine !== undefined) return mine;
    const epoch = ((await newestEpoch(tx, model))?.epoch ?? 0) + 1;
    await tx.insertInto('traffic_epochs').values({ model, epoch, holder, kind }).execute();
    return { epoch };
  });
}

/**
 * Writes the next revision and tells the gateways, in one transaction. A repeated operation writes nothing and returns the
 * revision that it wrote, whoever holds the newest epoch by then.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED where a newer epoch was opened.
 */
export async function writeRevision(registry: Registry, input: RevisionInput): Promise<{ revision: number; repeated: boolean }> {
  const { model, epoch, operationId, leaseMs } = input;
  return registry.db.transaction().execute(async (tx) => {
    await lockModel(tx, model);
    const done = await tx
      .selectFrom('traffic_revisions')
      .select('revision')
      .where('model', '=', model)
      .where('operation_id', '=', operationId)
      .executeTakeFirst();
    if (done !== undefined) return { revision: done.revision, repeated: true };
    refuseOldEpoch(model, epoch, await newestEpoch(tx, model));
    const { last } = await tx
      .selectFrom('traffic_revisions')
      .select((eb) => eb.fn.max('revision').as('last'))
      .where('model', '=', model)
      .executeTakeFirstOrThrow();
    const revision = Number(last ?? 0) + 1;
    await tx
      .insertInto('traffic_revisions')
      .values({
        model,
        revision,
        epoch,
        operation_id: operationId,
        champion: input.champion,
        challenger: input.challenger,
        share: input.share,
        shadow_share: input.shadowShare,
        salt: input.salt,
        lease_ms: leaseMs,
        because: input.because,
      })
      .execute();
    if (leaseMs !== null)
      await tx
        .insertInto('traffic_leases')
        .values({ model, revision, expires_at: sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'` })
        .execute();
    await sql`SELECT pg_notify(${trafficChannel}, ${model})`.execute(tx);
    return { revision, repeated: false };
  });
}

/**
 * Renews the lease of the revision in force. A lease that has run out is not revived: its share is gone at the gateways, and
 * the step must begin again with a revision of its own.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED for an old epoch or an old revision.
 */
export async function renewLease(
  registry: Registry,
  input: { model: string; epoch: number; revision: number },
): Promise<{ remainingMs: number; lapsed: boolean }> {
  const { model, epoch, revision } = input;
  return registry.db.transaction().execute(async (tx) => {
    await lockModel(tx, model);
    refuseOldEpoch(model, epoch, await newestEpoch(tx, model));
    const current = await tx
      .selectFrom('traffic_revisions')
      .select(['revision', 'lease_ms'])
      .where('model', '=', model)
      .orderBy('revision', 'desc')
      .executeTakeFirst();
    if (current?.revision !== revision || current.lease_ms === null) {
      throw new FinalError(
        'PAWL_EPOCH_SUPERSEDED',
        `Revision ${revision} of ${model} is no longer in force: ${current?.revision ?? 0} is.`,
      );
    }
    const renewed = await tx
      .updateTable('traffic_leases')
      .set({ expires_at: sql<Date>`clock_timestamp() + ${current.lease_ms} * interval '1 millisecond'` })
      .where('model', '=', model)
      .where('revision', '=', revision)
      .where('expires_at', '>', sql<Date>`clock_timestamp()`)
      .executeTakeFirst();
    const lapsed = renewed.numUpdatedRows === 0n;
    return { remainingMs: lapsed ? 0 : current.lease_ms, lapsed };
  });
}

/** Every model's newest revision. */
export async function readAssignments(registry: Registry, model?: string): Promise<TrafficAssignment[]> {
  const rows = await registry.db
    .selectFrom('traffic_revisions as t')
    .innerJoin('models as m', 'm.name', 't.model')
    .innerJoin('specs as s', (join) => join.onRef('s.model', '=', 'm.name').onRef('s.digest', '=', 'm.spec_digest'))
    .leftJoin('traffic_leases as l', (join) => join.onRef('l.model', '=', 't.model').onRef('l.revision', '=', 't.revision'))
    .leftJoin('versions as c', (join) => join.onRef('c.model', '=', 't.model').onRef('c.version', '=', 't.champion'))
    .leftJoin('versions as x', (join) => join.onRef('x.model', '=', 't.model').onRef('x.version', '=', 't.challenger'))
    .distinctOn('t.model')
    .select(['t.model', 't.revision', 't.epoch', 't.share', 't.shadow_share', 't.salt', 's.spec'])
    .select([
      'c.version as c_version',
      'c.uri as c_uri',
      'c.digest as c_digest',
      'x.version as x_version',
      'x.uri as x_uri',
      'x.digest as x_digest',
    ])
    .select(sql<number | null>`extract(epoch FROM l.expires_at - clock_timestamp())::float8 * 1000`.as('remaining'))
    .$if(model !== undefined, (query) => query.where('t.model', '=', model ?? ''))
    .orderBy('t.model')
    .orderBy('t.revision', 'desc')
    .execute();
  return rows.map((row) => ({
    model: row.model,
    task: row.spec.task,
    revision: row.revision,
    epoch: row.epoch,
    champion: row.c_version === null ? null : { version: row.c_version, uri: row.c_uri ?? '', digest: row.c_digest ?? '' },
    challenger: row.x_version === null ? null : { version: row.x_version, uri: row.x_uri ?? '', digest: row.x_digest ?? '' },
    share: row.share,
    shadowShare: row.shadow_share,
    salt: row.salt,
    leaseRemainingMs: row.remaining === null ? null : Math.max(0, row.remaining),
  }));
}

/** One model's newest revision; null before the first. */
export async function readAssignment(registry: Registry, model: string): Promise<TrafficAssignment | null> {
  return (await readAssignments(registry, model))[0] ?? null;
}

/** All revisions, oldest first. */
export async function listRevisions(registry: Registry, model: string): Promise<RevisionRecord[]> {
  const rows = await registry.db
    .selectFrom('traffic_revisions')
    .selectAll()
    .where('model', '=', model)
    .orderBy('revision')
    .execute();
  return rows.map((row) => ({
    model: row.model,
    revision: row.revision,
    epoch: row.epoch,
    operationId: row.operation_id,
    champion: row.champion,
    challenger: row.challenger,
    share: row.share,
    shadowShare: row.shadow_share,
    salt: row.salt,
    leaseMs: row.lease_ms,
    because: row.because,
    writtenAt: row.written_at,
  }));
}
