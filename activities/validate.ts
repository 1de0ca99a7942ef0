import type { DatasetRef, SnapshotRef } from '../src/data/dataset.ts';
import { validate } from '../src/data/validate.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, keepAlive } from './progress.ts';

/** A snapshot against the contract, to a dataset. */
export function createValidateActivities({ registry, store, clock }: Dependencies) {
  return {
    /** @throws ContractViolation with every broken rule, its count and the first offending rows. */
    async validate(input: { release: string; model: string; snapshot: SnapshotRef }): Promise<DatasetRef> {
      const stop = keepAlive('validate');
      try {
        await updateRelease(registry, input.release, { stage: 'validate' });
        const release = await getRelease(registry, input.release);
        const { spec, digest } = await getSpec(registry, input.model, release.specDigest);
        const now = release.asOf === null ? await clock.now() : Date.parse(release.asOf);
        const dataset = await validate({
          spec,
          specDigest: digest,
          snapshot: input.snapshot,
          store,
          now: new Date(now),
          signal: cancellation(),
        });
        await recordDataset(registry, { model: input.model, dataset, specDigest: digest });
        await updateRelease(registry, input.release, { datasetDigest: dataset.digest });
        return dataset;
      } finally {
        stop();
      }
    },
  };
}
