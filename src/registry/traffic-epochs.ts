import { FinalError } from '../errors.ts';
import type { Work } from './model-lock.ts';
import type { Tables } from './tables.ts';

export type EpochKind = Tables['traffic_epochs']['kind'];

/** Gives a holder the newest epoch, with the model locked. The same holder again gets the epoch that it was given. */
export async function takeEpoch(work: Work, input: { model: string; holder: string; kind: EpochKind }): Promise<number> {
  const { model, holder } = input;
  const mine = await work
    .selectFrom('traffic_epochs')
    .select('epoch')
    .where('model', '=', model)
    .where('holder', '=', holder)
    .executeTakeFirst();
  if (mine !== undefined) return mine.epoch;
  const epoch = ((await newestEpoch(work, model))?.epoch ?? 0) + 1;
  await work
    .insertInto('traffic_epochs')
    .values({ ...input, epoch })
    .execute();
  return epoch;
}

/**
 * Passes when the epoch is the model's newest, with the model locked.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED
 */
export async function requireNewestEpoch(work: Work, model: string, epoch: number): Promise<void> {
  const newest = await newestEpoch(work, model);
  if (newest?.epoch === epoch) return;
  throw new FinalError(
    'PAWL_EPOCH_SUPERSEDED',
    `Epoch ${epoch} of ${model} may no longer write: epoch ${newest?.epoch ?? 0} (${newest?.holder ?? 'nobody'}) has the traffic.`,
  );
}

async function newestEpoch(work: Work, model: string): Promise<{ epoch: number; holder: string } | undefined> {
  return work
    .selectFrom('traffic_epochs')
    .select(['epoch', 'holder'])
    .where('model', '=', model)
    .orderBy('epoch', 'desc')
    .executeTakeFirst();
}
