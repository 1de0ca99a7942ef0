import type { Trigger } from '../messages/release.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';

export interface TriggerRecord extends Trigger {
  readonly model: string;
  readonly release: string | null;
  readonly evidence: unknown;
  readonly at: Date;
}

/** Records why something was asked for. An id that is there already is left as it is. */
export async function recordTrigger(registry: Registry, input: Trigger & { model: string; evidence: unknown }): Promise<void> {
  const { id, model, kind, because, by, evidence } = input;
  await registry.db
    .insertInto('triggers')
    .values({ id, model, kind, because, by, evidence: json(evidence), release: null })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
}

/** Says which release answered it; the first one stands. */
export async function linkTrigger(registry: Registry, id: string, release: string): Promise<void> {
  await registry.db.updateTable('triggers').set({ release }).where('id', '=', id).where('release', 'is', null).execute();
}

/** Null where nobody recorded it. */
export async function getTrigger(registry: Registry, id: string): Promise<TriggerRecord | null> {
  return (await registry.db.selectFrom('triggers').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** In the order in which they were recorded. */
export async function listTriggers(registry: Registry, model: string): Promise<TriggerRecord[]> {
  return registry.db.selectFrom('triggers').selectAll().where('model', '=', model).orderBy('at').orderBy('id').execute();
}
