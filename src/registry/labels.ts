import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What really happened, as a caller reported it. */
export interface Label {
  readonly predictionId: string;
  readonly label: string;
  /** When it happened, where the caller said so. */
  readonly observedAt: Date | null;
}

/** Writes labels; the first one for a prediction stands. Several of one prediction in one call count as repeated. */
export async function writeLabels(
  registry: Registry,
  model: string,
  labels: readonly Label[],
): Promise<{ written: number; repeated: number }> {
  if (labels.length === 0) return { written: 0, repeated: 0 };
  const rows = await registry.db
    .insertInto('labels')
    .values(
      labels.map(({ predictionId, label, observedAt }) => ({
        model,
        prediction_id: predictionId,
        label,
        observed_at: observedAt,
      })),
    )
    .onConflict((oc) => oc.columns(['model', 'prediction_id']).doNothing())
    .returning('prediction_id')
    .execute();
  return { written: rows.length, repeated: labels.length - rows.length };
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

export async function countLabels(registry: Registry, model: string): Promise<number> {
  const { count } = await registry.db
    .selectFrom('labels')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow();
  return Number(count);
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

/** The newest label's place in the order of arrival; 0 before the first. */
export async function newestLabelSeq(registry: Registry, model: string): Promise<number> {
  const { newest } = await registry.db
    .selectFrom('labels')
    .select((eb) => eb.fn.max('seq').as('newest'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow();
  return Number(newest ?? 0);
}
