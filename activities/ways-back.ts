import { digestOf } from '../src/data/content-address.ts';
import { readFrame } from '../src/data/frame.ts';
import { newestRows } from '../src/data/holdout.ts';
import { FinalError, PawlError } from '../src/errors.ts';
import { previousChampion } from '../src/registry/champion.ts';
import { getDataset } from '../src/registry/datasets.ts';
import { getRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion, type VersionRecord } from '../src/registry/versions.ts';
import type { WayBack } from '../src/rollout/drill.ts';
import { rescore } from '../src/serving/rescore.ts';
import { counted } from '../src/stats/wording.ts';
import { askNewestRows } from './ask-incumbent.ts';
import type { Dependencies } from './dependencies.ts';

/** Enough to see that it answers. */
const rows = 100;

type Records = Pick<Dependencies, 'registry' | 'store'>;

/**
 * The versions that a rollback of the model would lead to, the champion first and then the one before it: each is read from the
 * object store, held against its digest, and asked for the newest rows of its dataset as a gateway asks it.
 * @throws TransientError where store or registry are away: then nothing is known.
 */
export async function checkWaysBack(records: Records, model: string, champion: number): Promise<WayBack[]> {
  const leading = await getVersion(records.registry, model, champion);
  const former = await previousChampion(records.registry, model);
  const ways = [leading, ...(former === null ? [] : [await getVersion(records.registry, model, former.version)])];
  return Promise.all(ways.map((version) => tryWayBack(records, version, leading)));
}

async function tryWayBack(records: Records, version: VersionRecord, leading: VersionRecord): Promise<WayBack> {
  const { version: number } = version;
  try {
    const answered = await (version.incumbent === null ? askArtifact(records, version) : askEndpoint(records, version, leading));
    return { version: number, loads: true, because: `v${number} ${answered}` };
  } catch (error) {
    if (!(error instanceof PawlError))
      return { version: number, loads: false, because: `v${number} cannot be loaded: ${String(error)}` };
    if (error.retryable && version.incumbent === null) throw error;
    return { version: number, loads: false, because: `v${number} cannot be gone back to: ${error.message}` };
  }
}

async function askArtifact({ registry, store }: Records, { model, version, uri, digest, datasetDigest, release }: VersionRecord) {
  const artifact = await store.get(uri);
  const found = digestOf(artifact);
  if (found !== digest)
    throw new FinalError(
      'PAWL_ARTIFACT_DAMAGED',
      `The artifact of v${version} has digest ${found}, not ${digest} as registered.`,
    );
  if (datasetDigest === null || release === null)
    throw new FinalError('PAWL_NO_WAY_BACK', `Nobody knows what rows v${version} takes.`);
  // What it learned from is read as its own release read it: the spec of today may name other columns.
  const { specDigest } = await getRelease(registry, release);
  const [dataset, { spec }] = await Promise.all([getDataset(registry, datasetDigest), getSpec(registry, model, specDigest)]);
  const frame = newestRows(await readFrame(store, dataset.uri, spec), rows);
  const scores = await rescore(artifact, frame);
  if (!scores.every(Number.isFinite))
    throw new FinalError('PAWL_NO_WAY_BACK', `v${version} answers rows of its own dataset with no number.`);
  return `was loaded from the object store and answers ${counted(frame.rows, 'row')}`;
}

async function askEndpoint({ registry, store }: Records, { incumbent }: VersionRecord, leading: VersionRecord) {
  if (incumbent === null || leading.datasetDigest === null || leading.release === null) return 'is an endpoint and was not asked';
  const { specDigest } = await getRelease(registry, leading.release);
  const [dataset, { spec }] = await Promise.all([
    getDataset(registry, leading.datasetDigest),
    getSpec(registry, leading.model, specDigest),
  ]);
  try {
    await askNewestRows(incumbent, { store, uri: dataset.uri, spec, newest: 1 });
    return `answers at ${incumbent.url}`;
  } catch (error) {
    // It cannot be asked these rows; callers send it others. Its evaluation has said so.
    if (error instanceof PawlError && error.code === 'PAWL_FRAME_UNFIT')
      return 'is an endpoint that takes other rows and was not asked';
    throw error;
  }
}
