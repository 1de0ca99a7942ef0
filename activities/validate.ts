import type { DatasetRef, SnapshotRef } from '../src/data/dataset.ts';
import { validate } from '../src/data/validate.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { validateInputs } from '../src/steps/inputs.ts';
import type { StepNote } from '../src/steps/step.ts';
import { dataSurroundings } from '../src/steps/surroundings.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, keepAlive } from './progress.ts';
import { asStep } from './step.ts';

/** A snapshot against the contract, to a dataset. */
export function createValidateActivities({ registry, store, clock, logger }: Dependencies) {
  return {
    /** @throws ContractViolation with every broken rule, its count and the first offending rows. */
    async validate(input: { release: string; model: string; snapshot: SnapshotRef }): Promise<DatasetRef & { step?: StepNote }> {
      const stop = keepAlive('validate');
      try {
        await updateRelease(registry, input.release, { stage: 'validate' });
        const release = await getRelease(registry, input.release);
        const { spec, digest } = await getSpec(registry, input.model, release.specDigest);
        const now = release.asOf === null ? await clock.now() : Date.parse(release.asOf);
        const { snapshot } = input;
        const { output: dataset, note: step } = await asStep<DatasetRef>(
          { registry, store, logger },
          {
            name: 'validate',
            release,
            spec,
            inputs: () => Promise.resolve(validateInputs(spec, { snapshot, now, ...dataSurroundings() })),
            left: (made) => ({ objects: [{ uri: made.uri, digest: made.digest }], uris: [made.manifestUri], rows: made.rows }),
          },
          (tools) =>
            validate({
              spec,
              specDigest: digest,
              snapshot,
              store: tools.store,
              now: new Date(now),
              signal: cancellation(),
            }),
        );
        await recordDataset(registry, { model: input.model, dataset, specDigest: digest });
        await updateRelease(registry, input.release, { datasetDigest: dataset.digest });
        return { ...dataset, step };
      } finally {
        stop();
      }
    },
  };
}
