import type { Transaction } from 'kysely';
import { FinalError } from '../errors.ts';
import type { Registry } from './registry.ts';
import type { Tables } from './tables.ts';

/** One transaction of the registry. */
export type Work = Transaction<Tables>;

/**
 * Does something in one transaction, in which nobody else writes a numbered row (release, version, epoch, revision, champion)
 * of this model. Readers, and writers of everything else, are not held up: NO KEY UPDATE lets foreign keys be checked.
 * @throws FinalError PAWL_MODEL_NOT_FOUND
 */
export async function withModelLocked<T>(registry: Registry, model: string, act: (work: Work) => Promise<T>): Promise<T> {
  return registry.db.transaction().execute(async (work) => {
    const row = await work.selectFrom('models').select('name').where('name', '=', model).forNoKeyUpdate().executeTakeFirst();
    if (row === undefined) throw new FinalError('PAWL_MODEL_NOT_FOUND', `The registry knows no model ${model}.`);
    return act(work);
  });
}
