import { type Selectable, sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { specOfToday } from '../spec/stored.ts';
import { withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import type { Tables } from './tables.ts';
import type { AssignedVersion, TrafficAssignment } from './traffic-assignment.ts';
import { type EpochKind, requireNewestEpoch, takeEpoch } from './traffic-epochs.ts';
import { addRevision, checkRevision, newestRevision, type RevisionInput } from './traffic-revisions.ts';
import { incumbentTrainer } from './versions.ts';

export type { RevisionInput };

export interface RevisionRecord extends RevisionInput {
  readonly revision: number;
  readonly writtenAt: Date;
}

/** Gives a holder the newest epoch. The same holder again gets the epoch that it was given, even when a newer one is there. */
export async function openEpoch(
  registry: Registry,
  input: { model: string; holder: string; kind: EpochKind },
): Promise<{ epoch: number }> {
  return withModelLocked(registry, input.model, async (work) => ({ epoch: await takeEpoch(work, input) }));
}

/**
 * Writes the next revision and tells the gateways, in one transaction. A repeated operation writes nothing and returns the
 * revision that it wrote.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED where a newer epoch was opened, also for a repeated operation; PAWL_TRAFFIC_INVALID.
 */
export async function writeRevision(registry: Registry, input: RevisionInput): Promise<{ revision: number; repeated: boolean }> {
  checkRevision(input);
  return withModelLocked(registry, input.model, (work) => addRevision(work, input));
}

/**
 * Renews the lease of the revision in force for its whole length, from now on Postgres' clock. A lease that has run out is not
 * revived, however often one asks: its share is gone at the gateways, and the step must begin again with a revision of its own.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED for an old epoch or an old revision.
 */
export async function renewLease(
  registry: Registry,
  input: { model: string; epoch: number; revision: number },
): Promise<{ remainingMs: number; lapsed: boolean }> {
  const { model, epoch, revision } = input;
  return withModelLocked(registry, model, async (work) => {
    await requireNewestEpoch(work, model, epoch);
    const current = await newestRevision(work, model);
    if (current?.revision !== revision || current.lease_ms === null) {
      const why =
        current?.revision === revision ? 'has no challenger and so no lease' : `is not in force: ${current?.revision ?? 0} is`;
      throw new FinalError('PAWL_EPOCH_SUPERSEDED', `Revision ${revision} of ${model} ${why}.`);
    }
    const renewed = await work
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

/** What a model's assignment was made of: while it is the same, nothing but the lease is another. */
export interface AssignmentMark {
  readonly model: string;
  readonly mark: string;
  /** ms, see `TrafficAssignment`. */
  readonly leaseRemainingMs: number | null;
}

/** The marks of all models that have a revision, by name of the model. */
export async function readMarks(registry: Registry): Promise<AssignmentMark[]> {
  const { rows } = await sql<{ model: string; mark: string; remaining: number | null }>`
    SELECT m.name AS model, concat_ws('/', t.revision, m.spec_digest, c.seq, a.seq) AS mark,
      extract(epoch FROM l.expires_at - clock_timestamp())::float8 * 1000 AS remaining
    FROM models AS m
    JOIN LATERAL (SELECT revision FROM traffic_revisions WHERE model = m.name ORDER BY revision DESC LIMIT 1) AS t ON true
    LEFT JOIN LATERAL (SELECT max(seq) AS seq FROM champions WHERE model = m.name) AS c ON true
    LEFT JOIN LATERAL (SELECT max(seq) AS seq FROM attestations WHERE model = m.name) AS a ON true
    LEFT JOIN traffic_leases AS l ON l.model = m.name AND l.revision = t.revision
    ORDER BY m.name`.execute(registry.db);
  return rows.map(({ remaining, ...row }) => ({ ...row, leaseRemainingMs: left(remaining) }));
}

const left = (remaining: number | null) => (remaining === null ? null : Math.max(0, remaining));

/** The newest revision of each of these models, or of all, by name of the model; those without one are left out. */
export async function readAssignments(registry: Registry, models?: readonly string[]): Promise<TrafficAssignment[]> {
  const rows = await registry.db
    .selectFrom('models as m')
    // The newest of each model by its index, however long the histories are.
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('traffic_revisions')
          .selectAll()
          .whereRef('model', '=', 'm.name')
          .orderBy('revision', 'desc')
          .limit(1)
          .as('t'),
      (join) => join.onTrue(),
    )
    // Who led before the champion's own first promotion: the same rule as `before` of champion.ts. A champion that is not in
    // the history yet comes after all of it.
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('champions')
          .select('version')
          .whereRef('model', '=', 'm.name')
          .where(
            'seq',
            '<',
            sql<number>`coalesce((SELECT min(own.seq) FROM champions AS own WHERE own.model = m.name AND own.version = t.champion), 9223372036854775807)`,
          )
          .orderBy('seq', 'desc')
          .limit(1)
          .as('f'),
      (join) => join.onTrue(),
    )
    .innerJoin('specs as s', (join) => join.onRef('s.model', '=', 'm.name').onRef('s.digest', '=', 'm.spec_digest'))
    .leftJoin('traffic_leases as l', (join) => join.onRef('l.model', '=', 't.model').onRef('l.revision', '=', 't.revision'))
    .select(['t.model', 't.revision', 't.epoch', 't.share', 't.shadow_share', 't.salt', 't.segments', 's.spec'])
    .select([versionAs('t.champion', 'champion'), versionAs('t.challenger', 'challenger'), versionAs('f.version', 'former')])
    .select(sql<number | null>`extract(epoch FROM l.expires_at - clock_timestamp())::float8 * 1000`.as('remaining'))
    .$if(models !== undefined, (query) => query.where(sql<boolean>`m.name = ANY(${models})`))
    .orderBy('m.name')
    .execute();
  return rows.map(({ spec, remaining, share, shadow_share: shadowShare, ...row }) => {
    const { task, serving, contract } = specOfToday(spec);
    return {
      ...row,
      task,
      share,
      shadowShare,
      leaseRemainingMs: left(remaining),
      serving,
      log: loggingOf(contract.features),
    };
  });
}

/** Features that are kept as they are, are not named. */
function loggingOf(features: ModelSpec['contract']['features']): TrafficAssignment['log'] {
  return Object.fromEntries(Object.entries(features).flatMap(([name, { log }]) => (log === 'keep' ? [] : [[name, log]])));
}

/** A version of the model's with what a gateway needs to load it. */
function versionAs(column: string, name: 'champion' | 'challenger' | 'former') {
  return sql<AssignedVersion | null>`(
    SELECT json_build_object('version', v.version, 'uri', v.uri, 'digest', v.digest, 'reference', v.reference,
      'incumbent', CASE WHEN v.trainer = ${incumbentTrainer} THEN v.params END,
      'copyOf', v.copy_of, 'attestation', (SELECT a.envelope FROM attestations AS a
        WHERE a.model = v.model AND a.version = coalesce(v.copy_of, v.version) AND a.stage = 'released' ORDER BY a.seq DESC LIMIT 1))
    FROM versions AS v WHERE v.model = m.name AND v.version = ${sql.ref(column)}
  )`.as(name);
}

/** One model's newest revision; null before the first. */
export async function readAssignment(registry: Registry, model: string): Promise<TrafficAssignment | null> {
  return (await readAssignments(registry, [model]))[0] ?? null;
}

/** All revisions, oldest first. */
export async function listRevisions(registry: Registry, model: string): Promise<RevisionRecord[]> {
  const rows = await registry.db
    .selectFrom('traffic_revisions')
    .selectAll()
    .where('model', '=', model)
    .orderBy('revision')
    .execute();
  return rows.map(toRecord);
}

const toRecord = (row: Selectable<Tables['traffic_revisions']>): RevisionRecord => ({
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
  segments: row.segments,
  because: row.because,
  writtenAt: row.written_at,
});
