import { type Selectable, sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { ReleaseOutcome, StartStep, Trigger } from '../messages/release.ts';
import { withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';
import type { Tables } from './tables.ts';

export interface ReleaseRecord {
  /** `<model>/<number>` */
  readonly id: string;
  readonly model: string;
  readonly number: number;
  /** The workflow run that it is. */
  readonly runId: string;
  readonly specDigest: string;
  readonly triggerId: string;
  /** A rehearsal with a copy of the champion: it made no version of its own, and counts as no release. */
  readonly drill: boolean;
  readonly overrideGates: boolean;
  readonly shuffleLabels: boolean;
  /** Event time as of which rules about data hold, ISO 8601; null for now. */
  readonly asOf: string | null;
  /** Steps before this one are taken as they were; null where each is looked at. */
  readonly fromStep: StartStep | null;
  /** Takes nothing from earlier releases. */
  readonly fresh: boolean;
  readonly stage: string | null;
  readonly datasetDigest: string | null;
  readonly version: number | null;
  /** Null while it runs. */
  readonly outcome: ReleaseOutcome | null;
  readonly because: string | null;
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Gives a run its release and number. The same run again gets the same; its trigger must be recorded before. */
export async function openRelease(
  registry: Registry,
  input: {
    model: string;
    runId: string;
    specDigest: string;
    trigger: Trigger;
    overrideGates?: boolean;
    shuffleLabels?: boolean;
    asOf?: string;
    from?: StartStep;
    fresh?: boolean;
    drill?: boolean;
  },
): Promise<{ id: string; number: number; specDigest: string }> {
  const { model, runId, specDigest, trigger } = input;
  return withModelLocked(registry, model, async (tx) => {
    const mine = await tx
      .selectFrom('releases')
      .select(['id', 'number', 'spec_digest as specDigest'])
      .where('run_id', '=', runId)
      .executeTakeFirst();
    if (mine !== undefined) return mine;
    const { last } = await tx
      .selectFrom('releases')
      .select((eb) => eb.fn.max('number').as('last'))
      .where('model', '=', model)
      .executeTakeFirstOrThrow();
    const number = (last ?? 0) + 1;
    const id = `${model}/${number}`;
    await tx
      .insertInto('releases')
      .values({
        id,
        model,
        number,
        run_id: runId,
        spec_digest: specDigest,
        drill: input.drill ?? false,
        trigger_id: trigger.id,
        override_gates: input.overrideGates ?? false,
        shuffle_labels: input.shuffleLabels ?? false,
        as_of: input.asOf === undefined ? null : new Date(input.asOf),
        from_step: input.from ?? null,
        fresh: input.fresh ?? false,
        stage: null,
        dataset_digest: null,
        version: null,
        outcome: null,
        because: null,
        metrics: json(null),
        ended_at: null,
      })
      .execute();
    return { id, number, specDigest };
  });
}

/** Notes where it stands and what it has made so far. @throws FinalError PAWL_RELEASE_NOT_FOUND */
export async function updateRelease(
  registry: Registry,
  id: string,
  changes: { stage?: string; datasetDigest?: string; version?: number },
): Promise<void> {
  const updated = await registry.db
    .updateTable('releases')
    .set((eb) => ({
      id: eb.ref('id'),
      ...(changes.stage === undefined ? {} : { stage: changes.stage }),
      ...(changes.datasetDigest === undefined ? {} : { dataset_digest: changes.datasetDigest }),
      ...(changes.version === undefined ? {} : { version: changes.version }),
    }))
    .where('id', '=', id)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw unknownRelease(id);
}

/** Writes the end. The first end stands; only one that somebody else noted for a workflow believed gone gives way to it. */
export async function closeRelease(
  registry: Registry,
  input: {
    id: string;
    outcome: ReleaseOutcome;
    version: number | null;
    because: string;
    metrics: Readonly<Record<string, number>>;
  },
): Promise<void> {
  await registry.db
    .updateTable('releases')
    .set({
      outcome: input.outcome,
      version: input.version,
      because: input.because,
      metrics: json(input.metrics),
      stage: input.outcome,
      abandoned: false,
      ended_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', input.id)
    .where((eb) => eb.or([eb('outcome', 'is', null), eb('abandoned', '=', true)]))
    .execute();
}

/** Closes a release whose workflow is gone. */
export async function abandonRelease(registry: Registry, id: string, because: string): Promise<void> {
  await registry.db
    .updateTable('releases')
    .set({ outcome: 'failed', because, abandoned: true, ended_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .execute();
}

/** @throws FinalError PAWL_RELEASE_NOT_FOUND */
export async function getRelease(registry: Registry, id: string): Promise<ReleaseRecord> {
  const row = await registry.db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw unknownRelease(id);
  return toRecord(row);
}

/** By number. */
export async function listReleases(registry: Registry, model: string): Promise<ReleaseRecord[]> {
  const rows = await registry.db.selectFrom('releases').selectAll().where('model', '=', model).orderBy('number').execute();
  return rows.map(toRecord);
}

/** The one that ended last, drills left out; null before the first end. */
export async function lastEndedRelease(registry: Registry, model: string): Promise<ReleaseRecord | null> {
  const row = await registry.db
    .selectFrom('releases')
    .selectAll()
    .where('model', '=', model)
    .where('ended_at', 'is not', null)
    .where('drill', '=', false)
    .orderBy('ended_at', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

const unknownRelease = (id: string) => new FinalError('PAWL_RELEASE_NOT_FOUND', `The registry knows no release ${id}.`);

const toRecord = (row: Selectable<Tables['releases']>): ReleaseRecord => ({
  id: row.id,
  model: row.model,
  number: row.number,
  runId: row.run_id,
  specDigest: row.spec_digest,
  triggerId: row.trigger_id,
  drill: row.drill,
  overrideGates: row.override_gates,
  shuffleLabels: row.shuffle_labels,
  asOf: row.as_of?.toISOString() ?? null,
  fromStep: row.from_step,
  fresh: row.fresh,
  stage: row.stage,
  datasetDigest: row.dataset_digest,
  version: row.version,
  outcome: row.outcome,
  because: row.because,
  metrics: row.metrics,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});
