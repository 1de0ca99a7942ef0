import { FinalError, PawlError } from '../src/errors.ts';
import { getDataset } from '../src/registry/datasets.ts';
import { getRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion } from '../src/registry/versions.ts';
import { askNewestRows } from './ask-incumbent.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Passes where the champion could take everything back: its artifact is there; an incumbent answers the newest row of the
 * release's dataset.
 * @throws FinalError PAWL_NO_WAY_BACK
 */
export async function requireWayBack(
  { registry, store }: Pick<Dependencies, 'registry' | 'store'>,
  input: { readonly model: string; readonly release: string; readonly champion: number },
): Promise<void> {
  const { uri, incumbent } = await getVersion(registry, input.model, input.champion);
  if (incumbent === null) {
    if (await store.exists(uri)) return;
    throw new FinalError('PAWL_NO_WAY_BACK', `v${input.champion}, the way back, is no longer in the object store.`);
  }
  const release = await getRelease(registry, input.release);
  if (release.datasetDigest === null) return;
  const [dataset, { spec }] = await Promise.all([
    getDataset(registry, release.datasetDigest),
    getSpec(registry, input.model, release.specDigest),
  ]);
  try {
    await askNewestRows(incumbent, { store, uri: dataset.uri, spec, newest: 1 });
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    // It cannot be asked these rows; callers send it others. The evaluation has said so.
    if (error.code === 'PAWL_FRAME_UNFIT') return;
    if (error.code !== 'PAWL_INCUMBENT_UNAVAILABLE' && error.code !== 'PAWL_INCUMBENT_ANSWER_INVALID') throw error;
    throw new FinalError('PAWL_NO_WAY_BACK', `v${input.champion}, the way back, does not answer: ${error.message}`, {
      cause: error,
    });
  }
}
