import { sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { Work } from './model-lock.ts';
import type { Registry } from './registry.ts';

/** What really happened, as a caller reported it. */
export interface Label {
  readonly predictionId: string;
  readonly label: string;
  /** When it happened, where the caller said so. */
  readonly observedAt: Date | null;
}

/** The most bytes of an id: it is part of an index, and Postgres refuses more than some 2,700. */
const longestId = 1000;

/**
 * Writes labels; the first one for a prediction stands, and all others count as repeated, several of one call too. Labels of a
 * model get their place in the order of arrival one call after the other, so that nobody who reads in that order misses one.
 * @throws FinalError PAWL_MODEL_NOT_FOUND, PAWL_REGISTRY_REFUSED where an id is too long or a text holds a NUL; none is written.
 */
export async function writeLabels(
  registry: Registry,
  model: string,
  labels: readonly Label[],
): Promise<{ written: number; repeated: number }> {
  if (labels.length === 0) return { written: 0, repeated: 0 };
  const tooLong = labels.find(({ predictionId }) => Buffer.byteLength(predictionId) > longestId);
  if (tooLong !== undefined)
    throw new FinalError(
      'PAWL_REGISTRY_REFUSED',
      `An id of a prediction is longer than ${longestId} bytes: ${tooLong.predictionId.slice(0, 60)}…`,
    );
  const written = await registry.db.transaction().execute(async (work) => {
    const before = await lockCount(work, model);
    const ids = labels.map(({ predictionId }) => predictionId);
    const values = labels.map(({ label }) => label);
    const times = labels.map(({ observedAt }) => observedAt);
    const { numAffectedRows = 0n } = await sql`
      WITH given AS (
        SELECT DISTINCT ON (id) id, label, at, place
        FROM unnest(${ids}::text[], ${values}::text[], ${times}::timestamptz[]) WITH ORDINALITY AS t (id, label, at, place)
        ORDER BY id, place
      ), fresh AS (
        SELECT * FROM given WHERE NOT EXISTS (SELECT FROM labels WHERE model = ${model} AND prediction_id = given.id)
      )
      INSERT INTO labels (model, prediction_id, label, observed_at, seq)
      SELECT ${model}, id, label, at, ${before}::bigint + row_number() OVER (ORDER BY place) FROM fresh`.execute(work);
    const added = Number(numAffectedRows);
    await work
      .updateTable('label_counts')
      .set({ count: before + added })
      .where('model', '=', model)
      .execute();
    return added;
  });
  return { written, repeated: labels.length - written };
}

/** The model's count so far, locked until the transaction ends. */
async function lockCount(work: Work, model: string): Promise<number> {
  const read = () => work.selectFrom('label_counts').select('count').where('model', '=', model).forUpdate().executeTakeFirst();
  const there = await read();
  if (there !== undefined) return there.count;
  const known = await work.selectFrom('models').select('name').where('name', '=', model).executeTakeFirst();
  if (known === undefined) throw new FinalError('PAWL_MODEL_NOT_FOUND', `The registry knows no model ${model}.`);
  await work
    .insertInto('label_counts')
    .values({ model, count: 0 })
    .onConflict((oc) => oc.column('model').doNothing())
    .execute();
  return (await read())?.count ?? 0;
}

/** The labels of some predictions, by prediction id. */
export async function readLabels(
  registry: Registry,
  model: string,
  predictionIds: readonly string[],
): Promise<Map<string, string>> {
  if (predictionIds.length === 0) return new Map();
  const rows = await registry.db
    .selectFrom('labels')
    .select(['prediction_id', 'label'])
    .where('model', '=', model)
    .where('prediction_id', '=', sql<string>`ANY(${[...predictionIds]}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.prediction_id, row.label]));
}

/** How many labels a model has; it only grows. */
export async function countLabels(registry: Registry, model: string): Promise<number> {
  const row = await registry.db.selectFrom('label_counts').select('count').where('model', '=', model).executeTakeFirst();
  return row?.count ?? 0;
}

/** Labels that arrived after another, in order of arrival. */
export async function labelsSince(
  registry: Registry,
  model: string,
  afterSeq: number,
  limit: number,
): Promise<{ seq: number; predictionId: string; label: string }[]> {
  return registry.db
    .selectFrom('labels')
    .select(['seq', 'prediction_id as predictionId', 'label'])
    .where('model', '=', model)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** The newest label's place in the order of arrival; 0 before the first. Places have no gaps, so it is their count. */
export function newestLabelSeq(registry: Registry, model: string): Promise<number> {
  return countLabels(registry, model);
}
