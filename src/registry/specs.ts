import { sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { specOfToday } from '../spec/stored.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';

export interface SpecRecord {
  readonly spec: ModelSpec;
  readonly digest: string;
  /** The text of pawl.yaml as it was applied. */
  readonly source: string;
  /** The folder that relative paths of the spec start from. */
  readonly baseDirectory: string;
}

/** Puts a spec in force. An equal one again changes nothing but the folder. */
export async function applySpec(registry: Registry, input: SpecRecord & { by: string }): Promise<{ changed: boolean }> {
  const { spec, digest, source, baseDirectory, by } = input;
  return registry.db.transaction().execute(async (tx) => {
    const before = await tx
      .selectFrom('models')
      .select('spec_digest')
      .where('name', '=', spec.model)
      .forNoKeyUpdate()
      .executeTakeFirst();
    await tx
      .insertInto('models')
      .values({ name: spec.model, spec_digest: digest, base_directory: baseDirectory, applied_by: by })
      .onConflict((oc) =>
        oc.column('name').doUpdateSet({
          spec_digest: digest,
          base_directory: baseDirectory,
          applied_by: by,
          applied_at: sql<Date>`clock_timestamp()`,
        }),
      )
      .execute();
    await tx
      .insertInto('specs')
      .values({ model: spec.model, digest, spec: json(spec), source, applied_by: by })
      .onConflict((oc) => oc.columns(['model', 'digest']).doNothing())
      .execute();
    return { changed: before?.spec_digest !== digest };
  });
}

/** The spec in force, or the one with a digest; null where the model is unknown. */
export async function findSpec(registry: Registry, model: string, digest?: string): Promise<SpecRecord | null> {
  const row = await registry.db
    .selectFrom('models')
    .innerJoin('specs', 'specs.model', 'models.name')
    .select(['specs.spec', 'specs.digest', 'specs.source', 'models.base_directory as baseDirectory', 'models.spec_digest'])
    .where('models.name', '=', model)
    .$if(digest !== undefined, (query) => query.where('specs.digest', '=', digest ?? ''))
    .$if(digest === undefined, (query) => query.whereRef('specs.digest', '=', 'models.spec_digest'))
    .executeTakeFirst();
  if (row === undefined) return null;
  return { spec: specOfToday(row.spec), digest: row.digest, source: row.source, baseDirectory: row.baseDirectory };
}

/** @throws FinalError PAWL_MODEL_NOT_FOUND */
export async function getSpec(registry: Registry, model: string, digest?: string): Promise<SpecRecord> {
  const found = await findSpec(registry, model, digest);
  if (found === null)
    throw new FinalError(
      'PAWL_MODEL_NOT_FOUND',
      `The registry knows no model ${model}${digest === undefined ? '' : ` with the spec ${digest}`}.`,
    );
  return found;
}

/** The names of all models, in order. */
export async function listModels(registry: Registry): Promise<string[]> {
  const rows = await registry.db.selectFrom('models').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
}
