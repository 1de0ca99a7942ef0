import type { Registry } from './registry.ts';

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

/** Adds a line to the history. An operation that is there already is left as it is. */
export async function moveChampion(
  registry: Registry,
  input: { model: string; version: number; release: string | null; by: string; because: string; operationId: string },
): Promise<void> {
  const { operationId, ...record } = input;
  await registry.db
    .insertInto('champions')
    .values({ ...record, operation_id: operationId })
    .onConflict((oc) => oc.columns(['model', 'operation_id']).doNothing())
    .execute();
}

/** Oldest first. */
export async function championHistory(registry: Registry, model: string): Promise<ChampionRecord[]> {
  return registry.db.selectFrom('champions').select(columns).where('model', '=', model).orderBy('seq').execute();
}

/**
 * The version to fall back to: the one that led before the champion's own first promotion. Falling back twice so goes two
 * versions back, and not to and fro.
 */
export async function previousChampion(registry: Registry, model: string): Promise<ChampionRecord | null> {
  const history = await championHistory(registry, model);
  const leading = history.at(-1);
  if (leading === undefined) return null;
  const first = history.findIndex((record) => record.version === leading.version);
  return history[first - 1] ?? null;
}
