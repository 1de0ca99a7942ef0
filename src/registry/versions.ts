import type { Selectable } from 'kysely';
import type { Code } from '../attestation/describe-version.ts';
import { FinalError } from '../errors.ts';
import type { GateResult } from '../evaluation/gate-result.ts';
import type { IncumbentConfig } from '../serving/incumbent/incumbent-config.ts';
import type { ReferenceBins } from '../stats/reference-bins.ts';
import { type Work, withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';
import type { Tables } from './tables.ts';

/** A version's evidence, as it was registered. */
export interface VersionRecord {
  readonly model: string;
  readonly version: number;
  /** Null for an incumbent: no release made it. */
  readonly release: string | null;
  /** Of the artifact in the object store; the URL of an incumbent. */
  readonly uri: string;
  readonly digest: string;
  /** Null for an incumbent: what it learned from is not known. */
  readonly datasetDigest: string | null;
  readonly trainer: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly gates: readonly GateResult[];
  readonly importances: Readonly<Record<string, number>>;
  /** Event time of the first row that it has not learned from, ISO 8601. */
  readonly holdoutFrom: string | null;
  /** A gate refused it and a person let it through. */
  readonly overridden: boolean;
  /** The bins that its windows count in; null where it was registered without. */
  readonly reference: ReferenceBins | null;
  /** How it is asked, where it is the endpoint that was there before pawl; else null. */
  readonly incumbent: IncumbentConfig | null;
  /** The version whose artifact it is, for a drill; null for all others. */
  readonly copyOf: number | null;
  /** What made it; null for versions of before that was kept, and for those that no training made. */
  readonly code: Code | null;
  readonly createdAt: Date;
}

/** The trainer of a version that was there before pawl. */
export const incumbentTrainer = 'incumbent';

/** Gives a release's artifact its version number. The same release again gets the same number. */
export async function registerVersion(
  registry: Registry,
  input: Omit<
    VersionRecord,
    'version' | 'createdAt' | 'incumbent' | 'release' | 'datasetDigest' | 'reference' | 'copyOf' | 'code'
  > & {
    readonly release: string;
    readonly datasetDigest: string;
    readonly reference?: ReferenceBins | null;
    readonly code?: Code | null;
  },
): Promise<{ version: number }> {
  return withModelLocked(registry, input.model, async (tx) => {
    const mine = await tx.selectFrom('versions').select('version').where('release', '=', input.release).executeTakeFirst();
    if (mine !== undefined) return mine;
    const version = await nextVersion(tx, input.model);
    await tx
      .insertInto('versions')
      .values({
        model: input.model,
        version,
        release: input.release,
        uri: input.uri,
        digest: input.digest,
        dataset_digest: input.datasetDigest,
        trainer: input.trainer,
        params: json(input.params),
        seed: input.seed,
        metrics: json(input.metrics),
        gates: json(input.gates),
        importances: json(input.importances),
        holdout_from: input.holdoutFrom === null ? null : new Date(input.holdoutFrom),
        overridden: input.overridden,
        reference: json(input.reference ?? null),
        code: json(input.code ?? null),
      })
      .execute();
    return { version };
  });
}

/** The number of the model's next version, with the model locked. */
export async function nextVersion(work: Work, model: string): Promise<number> {
  const { last } = await work
    .selectFrom('versions')
    .select((eb) => eb.fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

/** @throws FinalError PAWL_VERSION_NOT_FOUND */
export async function getVersion(registry: Registry, model: string, version: number): Promise<VersionRecord> {
  const row = await registry.db
    .selectFrom('versions')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row === undefined) throw new FinalError('PAWL_VERSION_NOT_FOUND', `The registry knows no v${version} of ${model}.`);
  return toRecord(row);
}

/** By number. */
export async function listVersions(registry: Registry, model: string): Promise<VersionRecord[]> {
  const rows = await registry.db.selectFrom('versions').selectAll().where('model', '=', model).orderBy('version').execute();
  return rows.map(toRecord);
}

const toRecord = (row: Selectable<Tables['versions']>): VersionRecord => ({
  model: row.model,
  version: row.version,
  release: row.release,
  uri: row.uri,
  digest: row.digest,
  datasetDigest: row.dataset_digest,
  trainer: row.trainer,
  params: row.params,
  seed: row.seed,
  metrics: row.metrics,
  gates: row.gates,
  importances: row.importances,
  holdoutFrom: row.holdout_from?.toISOString() ?? null,
  overridden: row.overridden,
  reference: row.reference,
  incumbent: row.trainer === incumbentTrainer ? (row.params as unknown as IncumbentConfig) : null,
  copyOf: row.copy_of,
  code: row.code,
  createdAt: row.created_at,
});
