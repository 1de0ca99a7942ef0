import { ingest } from '../src/data/ingest.ts';
import type { SnapshotRef } from '../src/data/dataset.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, heartbeat, keepAlive } from './progress.ts';

/** Source rows to an immutable snapshot in the object store. */
export function createIngestActivities({ registry, store }: Dependencies) {
  return {
    async ingest(input: { release: string; model: string }): Promise<SnapshotRef> {
      const stop = keepAlive('ingest');
      try {
        await updateRelease(registry, input.release, { stage: 'ingest' });
        const release = await getRelease(registry, input.release);
        const { spec, baseDirectory } = await getSpec(registry, input.model, release.specDigest);
        return await ingest({
          spec,
          baseDirectory,
          store,
          signal: cancellation(),
          onProgress: heartbeat,
          ...(release.asOf === null ? {} : { asOf: release.asOf }),
        });
      } finally {
        stop();
      }
    },
  };
}
