import type { DatasetRef } from '../data/dataset.ts';
import { FinalError } from '../errors.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';

/** Content-addressed: the same dataset again is the same row. */
export async function recordDataset(
  registry: Registry,
  input: { model: string; dataset: DatasetRef; specDigest: string },
): Promise<void> {
  const { model, dataset, specDigest } = input;
  await registry.db
    .insertInto('datasets')
    .values({ digest: dataset.digest, model, dataset: json(dataset), spec_digest: specDigest })
    .onConflict((oc) => oc.column('digest').doNothing())
    .execute();
}

/** @throws FinalError PAWL_DATASET_NOT_FOUND */
export async function getDataset(registry: Registry, digest: string): Promise<DatasetRef> {
  const row = await registry.db.selectFrom('datasets').select('dataset').where('digest', '=', digest).executeTakeFirst();
  if (row === undefined) throw new FinalError('PAWL_DATASET_NOT_FOUND', `The registry knows no dataset ${digest}.`);
  return row.dataset;
}
