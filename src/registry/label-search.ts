import { type Selectable, sql } from 'kysely';
import type { Registry } from './registry.ts';
import type { Tables } from './tables.ts';

/**
 * Labels are taken without a look at the prediction log: it is in the object store, and a label may come before its prediction
 * is there. They wait in `unmatched_labels` until their id is read from the log. One that is in no segment at the end of a round
 * through the whole log is unknown: it stays for a while, and leaves the count when its prediction shows up after all.
 */

/** How far a model's search has come. */
export interface LabelSearch {
  /** Segments begun before it, at the newer end of the log, have been read; ms since 1970. */
  readonly readUntil: number;
  /** The round under way judges the labels that came before it; null without a round. */
  readonly judgesBefore: Date | null;
  /** The key of the log that the round has come down to. */
  readonly place: string | null;
  /** The round looks again for what was found unknown before. */
  readonly thorough: boolean;
  readonly thoroughAt: Date;
}

/** What there is to look for. */
interface Wanted {
  readonly any: boolean;
  /** Labels older than the grace that are not judged yet. */
  readonly due: boolean;
  readonly unknown: boolean;
  /** Now on Postgres' clock, and the grace before it. */
  readonly now: Date;
  readonly dueBefore: Date;
}

export async function wantedLabels(registry: Registry, model: string, graceMs: number): Promise<Wanted> {
  const dueBefore = sql<Date>`clock_timestamp() - ${graceMs} * interval '1 millisecond'`;
  const { rows } = await sql<Wanted>`
    SELECT
      EXISTS (SELECT FROM unmatched_labels WHERE model = ${model}) AS any,
      EXISTS (SELECT FROM unmatched_labels WHERE model = ${model} AND NOT unknown AND received_at < ${dueBefore}) AS due,
      EXISTS (SELECT FROM unmatched_labels WHERE model = ${model} AND unknown) AS unknown,
      clock_timestamp() AS now,
      ${dueBefore} AS "dueBefore"`.execute(registry.db);
  const [row] = rows;
  if (row === undefined) throw new Error('a statement without a row');
  return row;
}

/** Whether a round still has a label to look for. */
export async function isWanted(registry: Registry, model: string, search: LabelSearch): Promise<boolean> {
  const row = await registry.db
    .selectFrom('unmatched_labels')
    .select('prediction_id')
    .where('model', '=', model)
    .where('received_at', '<', search.judgesBefore ?? new Date(0))
    .$if(!search.thorough, (query) => query.where('unknown', '=', false))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The labels of these predictions are no longer looked for: they are in the log. */
export async function matchLabels(registry: Registry, model: string, predictionIds: readonly string[]): Promise<void> {
  if (predictionIds.length === 0) return;
  await registry.db
    .deleteFrom('unmatched_labels')
    .where('model', '=', model)
    .where('prediction_id', '=', sql<string>`ANY(${[...predictionIds]}::text[])`)
    .execute();
}

/** The end of a round: what it judges and has not found is unknown. */
export async function judgeLabels(registry: Registry, model: string, judgesBefore: Date): Promise<void> {
  await registry.db
    .updateTable('unmatched_labels')
    .set({ unknown: true })
    .where('model', '=', model)
    .where('received_at', '<', judgesBefore)
    .where('unknown', '=', false)
    .execute();
}

/** Forgets unknown labels, and what contradicted labels, received longer ago than `keptMs`; then counts the unknown. */
export async function settleUnknown(registry: Registry, model: string, keptMs: number): Promise<void> {
  const old = sql<Date>`clock_timestamp() - ${keptMs} * interval '1 millisecond'`;
  await registry.db.transaction().execute(async (work) => {
    // First what writers of labels lock first.
    const counts = await work
      .selectFrom('label_counts')
      .select('count')
      .where('model', '=', model)
      .forUpdate()
      .executeTakeFirst();
    if (counts === undefined) return;
    await sql`
      WITH forgotten AS (
        DELETE FROM unmatched_labels WHERE model = ${model} AND unknown AND received_at < ${old} RETURNING prediction_id
      )
      DELETE FROM labels USING forgotten WHERE model = ${model} AND labels.prediction_id = forgotten.prediction_id`.execute(work);
    await work.deleteFrom('conflicting_labels').where('model', '=', model).where('received_at', '<', old).execute();
    await work
      .updateTable('label_counts')
      .set((eb) => ({
        unknown: eb
          .selectFrom('unmatched_labels')
          .select((of) => of.fn.countAll<number>().as('count'))
          .where('model', '=', model)
          .where('unknown', '=', true),
      }))
      .where('model', '=', model)
      .execute();
  });
}

/** Null before the first. */
export async function readSearch(registry: Registry, model: string): Promise<LabelSearch | null> {
  const row = await registry.db.selectFrom('label_searches').selectAll().where('model', '=', model).executeTakeFirst();
  return row === undefined ? null : toSearch(row);
}

export async function saveSearch(registry: Registry, model: string, search: LabelSearch): Promise<void> {
  const values = {
    read_until: search.readUntil,
    judges_before: search.judgesBefore,
    place: search.place,
    thorough: search.thorough,
    thorough_at: search.thoroughAt,
  };
  await registry.db
    .insertInto('label_searches')
    .values({ model, ...values })
    .onConflict((oc) => oc.column('model').doUpdateSet(values))
    .execute();
}

const toSearch = (row: Selectable<Tables['label_searches']>): LabelSearch => ({
  readUntil: row.read_until,
  judgesBefore: row.judges_before,
  place: row.place,
  thorough: row.thorough,
  thoroughAt: row.thorough_at,
});
