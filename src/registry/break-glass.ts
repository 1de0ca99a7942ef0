import { sql } from 'kysely';
import { FinalError } from '../errors.ts';
import { addChampion, before, championHistory } from './champion.ts';
import { type Work, withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { takeEpoch } from './traffic-epochs.ts';
import { addRevision, newestRevision } from './traffic-revisions.ts';

export interface BrokenGlass {
  /** A sentence that says who gave way to whom, by whose word. */
  readonly because: string;
  readonly revision: number;
  /** Who answers now; null where a model's first version was withdrawn and nobody does. */
  readonly champion: number | null;
}

/**
 * The way back that needs Postgres only, in one transaction: an epoch of the person's own, so that a rollout still running may
 * no longer write, and a revision that gives one version everything. Which one: `to` where it is given; the champion, where
 * anybody else has or shares its traffic; else the champion before it. The same operation again changes nothing.
 * @param input.kind `person` where it is done on a person's behalf with everything running; only the words differ.
 * @throws FinalError PAWL_NO_WAY_BACK, PAWL_VERSION_NOT_FOUND, PAWL_MODEL_NOT_FOUND
 */
export async function breakGlass(
  registry: Registry,
  input: { model: string; by: string; reason: string; operationId: string; to?: number; kind?: 'break-glass' | 'person' },
): Promise<BrokenGlass> {
  const { model, by, reason, operationId, kind = 'break-glass' } = input;
  return withModelLocked(registry, model, async (work) => {
    const done = await revisionOf(work, model, operationId);
    if (done !== null) return done;
    const { gone, target, leading } = await chooseTarget(work, model, input.to);
    const verb = kind === 'person' ? 'rolled back' : 'broke the glass';
    const because = `${by} ${verb}: ${names(gone)} gives way to ${names(target === null ? [] : [target])}: ${reason}`;
    const epoch = await takeEpoch(work, { model, holder: operationId, kind });
    const empty = { challenger: null, share: 0, shadowShare: 0, leaseMs: null };
    const { revision } = await addRevision(work, {
      ...empty,
      model,
      epoch,
      operationId,
      champion: target,
      salt: operationId,
      because,
    });
    if (target !== null && target !== leading)
      await addChampion(work, { model, version: target, release: null, by, because, operationId });
    const finished = { because, revision, finished_at: sql<Date>`clock_timestamp()` };
    await work
      .insertInto('operations')
      .values({ request_id: operationId, model, action: 'rollback', by, reason, release: null, ...finished })
      .onConflict((oc) => oc.column('request_id').doUpdateSet(finished))
      .execute();
    return { because, revision, champion: target };
  });
}

/** `v2 and v3` */
const names = (versions: readonly number[]) => versions.map((version) => `v${version}`).join(' and ') || 'nobody';

async function revisionOf(work: Work, model: string, operationId: string): Promise<BrokenGlass | null> {
  const row = await work
    .selectFrom('traffic_revisions')
    .select(['because', 'revision', 'champion'])
    .where('model', '=', model)
    .where('operation_id', '=', operationId)
    .executeTakeFirst();
  return row ?? null;
}

/** Who is to have everything, who loses it, and who is champion by title. */
async function chooseTarget(work: Work, model: string, to: number | undefined) {
  const history = await championHistory({ db: work }, model);
  const leading = history.at(-1)?.version ?? null;
  const traffic = await newestRevision(work, model);
  const answering = [traffic?.champion, traffic?.challenger].filter((version) => version != null);
  if (to !== undefined) {
    await requireVersion(work, model, to);
    return { gone: answering.filter((version) => version !== to), target: to, leading };
  }
  // A first version in its bake answers without the title: taking it away leaves nobody.
  if (leading === null && answering.length > 0) return { gone: answering, target: null, leading };
  const strangers = answering.filter((version) => version !== leading);
  if (leading !== null && strangers.length > 0) return { gone: strangers, target: leading, leading };
  const previous = before(history);
  if (previous === null) throw new FinalError('PAWL_NO_WAY_BACK', `${model} has no champion to go back to.`);
  return { gone: answering, target: previous.version, leading };
}

async function requireVersion(work: Work, model: string, version: number): Promise<void> {
  const found = await work
    .selectFrom('versions')
    .select('copy_of')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (found?.copy_of != null)
    throw new FinalError('PAWL_NO_WAY_BACK', `v${version} of ${model} is a copy of v${found.copy_of}, for a drill.`);
  if (found === undefined) throw new FinalError('PAWL_VERSION_NOT_FOUND', `The registry knows no v${version} of ${model}.`);
}
