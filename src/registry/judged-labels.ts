import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** A label in the order of its arrival. */
export interface ArrivedLabel {
  readonly seq: number;
  readonly predictionId: string;
  readonly label: string;
  /** When it came, ms since 1970, and how long ago that is; both on the registry's clock. */
  readonly at: number;
  readonly age: number;
}

/** Labels that arrived after another, oldest first. */
export async function arrivedLabels(registry: Registry, model: string, afterSeq: number, limit: number): Promise<ArrivedLabel[]> {
  const { rows } = await sql<ArrivedLabel>`
    SELECT seq, prediction_id AS "predictionId", label, (extract(epoch FROM received_at) * 1000)::float8 AS at,
      (extract(epoch FROM clock_timestamp() - received_at) * 1000)::float8 AS age
    FROM labels WHERE model = ${model} AND seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`.execute(registry.db);
  return rows;
}

/** The place of the newest label that came before a time; 0 where none did. */
export async function labelSeqBefore(registry: Registry, model: string, before: Date): Promise<number> {
  const row = await registry.db
    .selectFrom('labels')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('model', '=', model)
    .where('received_at', '<', before)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** What one look has held against one version's answers. */
export interface JudgedLabels {
  readonly model: string;
  readonly version: number;
  /** The place after which the look read on: the same look again replaces what it wrote. */
  readonly afterSeq: number;
  readonly labels: number;
  readonly bad: number;
}

export async function writeJudgedLabels(registry: Registry, judged: readonly JudgedLabels[]): Promise<void> {
  if (judged.length === 0) return;
  await registry.db
    .insertInto('judged_labels')
    .values(judged.map(({ afterSeq, ...counts }) => ({ ...counts, after_seq: afterSeq })))
    .onConflict((oc) =>
      oc.columns(['model', 'version', 'after_seq']).doUpdateSet((eb) => ({
        labels: eb.ref('excluded.labels'),
        bad: eb.ref('excluded.bad'),
      })),
    )
    .execute();
}
