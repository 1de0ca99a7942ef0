import type { Registry } from './registry.ts';
import { json } from './registry.ts';

/** A file in the object store, and what it was called. */
export interface HandedIn {
  readonly object: string;
  readonly file: string;
}

/** A model that was made elsewhere, as it is asked for: an ONNX file, or a version of an MLflow registry by its URI. */
export type ImportSource = (HandedIn | { readonly mlflow: string }) & {
  /** Rows with the scores that its makers got for them. */
  readonly golden?: HandedIn;
};

/** Notes what a person brings for the release that the request will lead to. An id that is there already is left as it is. */
export async function recordImport(
  registry: Registry,
  input: { readonly triggerId: string; readonly model: string; readonly source: ImportSource; readonly by: string },
): Promise<void> {
  const { triggerId, model, source, by } = input;
  await registry.db
    .insertInto('imports')
    .values({ trigger_id: triggerId, model, source: json(source), by })
    .onConflict((oc) => oc.column('trigger_id').doNothing())
    .execute();
}

/** What was brought for a release by its trigger; null where it trains. */
export async function findImport(registry: Registry, triggerId: string): Promise<ImportSource | null> {
  const row = await registry.db.selectFrom('imports').select('source').where('trigger_id', '=', triggerId).executeTakeFirst();
  return row?.source ?? null;
}
