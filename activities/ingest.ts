import { ingest } from '../src/data/ingest.ts';
import type { SnapshotRef } from '../src/data/dataset.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { ingestInputs } from '../src/steps/inputs.ts';
import { readSourceState, type SourceState } from '../src/steps/source-state.ts';
import type { StepNote } from '../src/steps/step.ts';
import { dataSurroundings } from '../src/steps/surroundings.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, heartbeat, keepAlive } from './progress.ts';
import { asStep } from './step.ts';

/** Source rows to an immutable snapshot in the object store. */
export function createIngestActivities({ registry, store, logger }: Dependencies) {
  return {
    async ingest(input: { release: string; model: string }): Promise<SnapshotRef & { step?: StepNote }> {
      const stop = keepAlive('ingest');
      try {
        await updateRelease(registry, input.release, { stage: 'ingest' });
        const release = await getRelease(registry, input.release);
        const { spec, baseDirectory } = await getSpec(registry, input.model, release.specDigest);
        const signal = cancellation();
        let source: SourceState | null = null;
        const { output: snapshot, note: step } = await asStep<SnapshotRef>(
          { registry, store, logger },
          {
            name: 'ingest',
            release,
            spec,
            async inputs() {
              source = await readSourceState(spec.source.files, { baseDirectory, signal });
              return ingestInputs(spec, { source: source.input, asOf: release.asOf, ...dataSurroundings() });
            },
            isSettled: async () => (await source?.hasMoved()) === false,
            left: ({ uri, digest, sourcesUri, rows }) => ({ objects: [{ uri, digest }], uris: [sourcesUri], rows }),
          },
          (tools) => {
            tools.read(source?.bytes ?? 0);
            return ingest({
              spec,
              baseDirectory,
              store: tools.store,
              signal,
              onProgress: heartbeat,
              ...(release.asOf === null ? {} : { asOf: release.asOf }),
            });
          },
        );
        return { ...snapshot, step };
      } finally {
        stop();
      }
    },
  };
}
