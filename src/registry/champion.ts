import { type Work, withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { requireNewestEpoch } from './traffic-epochs.ts';

/** Who led from when, and why. */
export interface ChampionRecord {
  readonly model: string;
  readonly version: number;
  readonly release: string | null;
  readonly by: string;
  readonly because: string;
  readonly since: Date;
}

const columns = ['model', 'version', 'release', 'by', 'because', 'since'] as const;

/** Who leads now; null before the first promotion. */
export async function getChampion(registry: Registry, model: string): Promise<ChampionRecord | null> {
  return (
    (await registry.db
      .selectFrom('champions')
      .select(columns)
      .where('model', '=', model)
      .orderBy('seq', 'desc')
      .executeTakeFirst()) ?? null
  );
}

interface ChampionMove {
  readonly model: string;
  readonly version: number;
  readonly release: string | null;
  readonly by: string;
  readonly because: string;
  /** That of the traffic revision that gave it the traffic, where there is one. */
  readonly operationId: string;
}

/**
 * Adds a line to the history. An operation that is there already is left as it is. The title follows the traffic: an operation
 * that wrote a revision moves nothing once somebody else has taken the traffic over.
 * @throws FinalError PAWL_EPOCH_SUPERSEDED
 */
export async function moveChampion(registry: Registry, input: ChampionMove): Promise<void> {
  await withModelLocked(registry, input.model, (work) => addChampion(work, input));
}

/** The same within a transaction, with the model locked. */
export async function addChampion(work: Work, input: ChampionMove): Promise<void> {
  const { operationId, ...record } = input;
  const traffic = await work
    .selectFrom('traffic_revisions')
    .select('epoch')
    .where('model', '=', input.model)
    .where('operation_id', '=', operationId)
    .executeTakeFirst();
  if (traffic !== undefined) await requireNewestEpoch(work, input.model, traffic.epoch);
  await work
    .insertInto('champions')
    .values({ ...record, operation_id: operationId })
    .onConflict((oc) => oc.columns(['model', 'operation_id']).doNothing())
    .execute();
}

/** Oldest first. */
export async function championHistory(registry: Pick<Registry, 'db'>, model: string): Promise<ChampionRecord[]> {
  return registry.db.selectFrom('champions').select(columns).where('model', '=', model).orderBy('seq').execute();
}

/** The version to fall back to; null where there is none. */
export async function previousChampion(registry: Registry, model: string): Promise<ChampionRecord | null> {
  return before(await championHistory(registry, model));
}

/**
 * Of a history, oldest first: the version that led before the champion's own first promotion. Falling back twice so goes two
 * versions back, and not to and fro.
 */
export function before<T extends { readonly version: number }>(history: readonly T[]): T | null {
  const leading = history.at(-1);
  const first = history.findIndex((record) => record.version === leading?.version);
  return history[first - 1] ?? null;
}
