import { sql } from 'kysely';
import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import type { Work } from './model-lock.ts';
import { requireNewestEpoch } from './traffic-epochs.ts';

export interface RevisionInput {
  readonly model: string;
  readonly epoch: number;
  /** Unique to one thing that somebody wants done; repeated with each try of it. */
  readonly operationId: string;
  /** Null: nobody answers, as after the withdrawal of a model's first version. */
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Fraction of callers that the challenger answers. */
  readonly share: number;
  /** Fraction of requests that the other side scores beside. */
  readonly shadowShare: number;
  /** Only callers of these segments take part in the experiment; null, or left out: everybody. */
  readonly segments?: readonly string[] | null;
  readonly salt: string;
  /** How long the challenger keeps its share without renewal; null without challenger. */
  readonly leaseMs: number | null;
  readonly because: string;
}

/** The channel on which each new revision is told, with the model's name as payload. */
export const trafficChannel = 'pawl_traffic';

/**
 * Writes the next revision, its lease, and tells the gateways when the transaction ends; with the model locked. An old epoch is
 * refused first, also for what it wrote before: its writer would go on as if the traffic were still its own.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED
 */
export async function addRevision(work: Work, input: RevisionInput): Promise<{ revision: number; repeated: boolean }> {
  const { model, operationId, leaseMs } = input;
  await requireNewestEpoch(work, model, input.epoch);
  const done = await work
    .selectFrom('traffic_revisions')
    .select('revision')
    .where('model', '=', model)
    .where('operation_id', '=', operationId)
    .executeTakeFirst();
  if (done !== undefined) return { revision: done.revision, repeated: true };
  const revision = ((await newestRevision(work, model))?.revision ?? 0) + 1;
  await work
    .insertInto('traffic_revisions')
    .values({
      model,
      revision,
      epoch: input.epoch,
      operation_id: operationId,
      champion: input.champion,
      challenger: input.challenger,
      share: input.share,
      shadow_share: input.shadowShare,
      salt: input.salt,
      lease_ms: leaseMs,
      segments: input.segments == null ? null : [...input.segments],
      because: input.because,
    })
    .execute();
  if (leaseMs !== null) {
    await work
      .insertInto('traffic_leases')
      .values({ model, revision, expires_at: sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'` })
      .execute();
  }
  await sql`SELECT pg_notify(${trafficChannel}, ${model})`.execute(work);
  return { revision, repeated: false };
}

/** The revision in force, with its operation and its lease's length. */
export async function newestRevision(work: Work, model: string) {
  return work
    .selectFrom('traffic_revisions')
    .select(['revision', 'champion', 'challenger', 'lease_ms'])
    .where('model', '=', model)
    .orderBy('revision', 'desc')
    .executeTakeFirst();
}

/**
 * What no writer may ask for, whatever the model's state.
 * @throws FinalError PAWL_TRAFFIC_INVALID with every contradiction.
 */
export function checkRevision(input: RevisionInput): void {
  const { champion, challenger, share, shadowShare, leaseMs, segments = null } = input;
  const problems: Problem[] = [];
  const refuse = (wrong: boolean, subject: string, message: string) => {
    if (wrong) problems.push({ subject, message: `${subject}: ${message}` });
  };
  refuse(!(share >= 0 && share <= 1), 'share', `${share} is no fraction from 0 to 1`);
  refuse(!(shadowShare >= 0 && shadowShare <= 1), 'shadowShare', `${shadowShare} is no fraction from 0 to 1`);
  refuse(segments?.length === 0, 'segments', 'nobody would take part; null is everybody');
  if (challenger === null) {
    refuse(segments !== null, 'segments', 'there is no experiment to take part in');
    refuse(share > 0, 'share', 'there is no challenger to give it to');
    refuse(shadowShare > 0, 'shadowShare', 'there is no challenger to score beside');
    refuse(leaseMs !== null, 'leaseMs', 'without challenger there is nothing to lease');
  } else {
    refuse(champion === null, 'challenger', 'there is no champion to answer when it fails');
    refuse(champion === challenger, 'challenger', `v${challenger} is the champion`);
    refuse(
      leaseMs === null || !Number.isInteger(leaseMs) || leaseMs <= 0,
      'leaseMs',
      'a challenger needs a lease of whole ms, above 0',
    );
  }
  if (problems.length === 0) return;
  throw new FinalError('PAWL_TRAFFIC_INVALID', `This traffic for ${input.model} contradicts itself.`, { problems });
}
