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

/** What came of labels that were sent. Those that say again what stands are `repeated`, those that contradict it too. */
export interface WrittenLabels {
  readonly written: number;
  readonly repeated: number;
  /** Contradictions that were not known before; part of `repeated`. */
  readonly conflicting: number;
}

/**
 * Writes labels; the first one for a prediction stands, and all others count as repeated, several of one call too. One that
 * contradicts it is kept beside it and counted once, however often it is sent. Labels of a model get their place in the order of
 * arrival one call after the other, so that nobody who reads in that order misses one. Whether their predictions were ever logged
 * is found out later: see `label-search.ts`.
 * @throws FinalError PAWL_MODEL_NOT_FOUND, PAWL_REGISTRY_REFUSED where an id is too long or a text holds a NUL; none is written.
 */
export async function writeLabels(registry: Registry, model: string, labels: readonly Label[]): Promise<WrittenLabels> {
  if (labels.length === 0) return { written: 0, repeated: 0, conflicting: 0 };
  const tooLong = labels.find(({ predictionId }) => Buffer.byteLength(predictionId) > longestId);
  if (tooLong !== undefined)
    throw new FinalError(
      'PAWL_REGISTRY_REFUSED',
      `An id of a prediction is longer than ${longestId} bytes: ${tooLong.predictionId.slice(0, 60)}…`,
    );
  const { written, conflicting } = await registry.db.transaction().execute(async (work) => {
    const before = await lockCount(work, model);
    const added = await insertLabels(work, model, labels, before);
    await work
      .updateTable('label_counts')
      .set((eb) => ({ count: before + added.written, conflicting: eb('conflicting', '+', added.conflicting) }))
      .where('model', '=', model)
      .execute();
    return added;
  });
  return { written, repeated: labels.length - written, conflicting };
}

/** `before`: the model's labels so far, whose count is locked. */
async function insertLabels(
  work: Work,
  model: string,
  labels: readonly Label[],
  before: number,
): Promise<{ written: number; conflicting: number }> {
  const ids = labels.map(({ predictionId }) => predictionId);
  const values = labels.map(({ label }) => label);
  const times = labels.map(({ observedAt }) => observedAt);
  const { rows } = await sql<{ written: number; conflicting: number }>`
    WITH given AS (
      SELECT * FROM unnest(${ids}::text[], ${values}::text[], ${times}::timestamptz[]) WITH ORDINALITY AS t (id, label, at, place)
    ), first AS (
      SELECT DISTINCT ON (id) * FROM given ORDER BY id, place
    ), standing AS (
      SELECT prediction_id AS id, label FROM labels WHERE model = ${model} AND prediction_id = ANY(${ids}::text[])
    ), fresh AS (
      SELECT * FROM first WHERE NOT EXISTS (SELECT FROM standing WHERE standing.id = first.id)
    ), written AS (
      INSERT INTO labels (model, prediction_id, label, observed_at, seq)
      SELECT ${model}, id, label, at, ${before}::bigint + row_number() OVER (ORDER BY place) FROM fresh RETURNING 1
    ), unmatched AS (
      INSERT INTO unmatched_labels (model, prediction_id) SELECT ${model}, id FROM fresh ON CONFLICT DO NOTHING
    ), conflicting AS (
      INSERT INTO conflicting_labels (model, prediction_id, label)
      SELECT ${model}, id, given.label
      FROM given JOIN (SELECT id, label FROM standing UNION ALL SELECT id, label FROM fresh) AS stands USING (id)
      WHERE given.label <> stands.label
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM written) AS written, (SELECT count(*) FROM conflicting) AS conflicting`.execute(work);
  return rows[0] ?? { written: 0, conflicting: 0 };
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

/** How many labels a model has been given; it only grows. */
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

/** The newest label's place in the order of arrival; 0 before the first. Each takes the next one, so it is how many ever came. */
export function newestLabelSeq(registry: Registry, model: string): Promise<number> {
  return countLabels(registry, model);
}

/** What is known of a model's labels. */
export interface LabelCounts {
  readonly model: string;
  readonly labels: number;
  /** Labels that contradicted the one that stands. It only grows. */
  readonly conflicting: number;
  /** Labels kept whose prediction is nowhere in the log, as of the last search. */
  readonly unknown: number;
}

/** Of every model that has ever had a label, by name. */
export async function labelCounts(registry: Registry): Promise<LabelCounts[]> {
  return registry.db
    .selectFrom('label_counts')
    .select(['model', 'count as labels', 'conflicting', 'unknown'])
    .orderBy('model')
    .execute();
}
