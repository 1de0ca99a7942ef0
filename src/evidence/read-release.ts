import type { Trust } from '../attestation/trust.ts';
import { verifyVersion } from '../attestation/verify-version.ts';
import type { DatasetManifest, DatasetRef } from '../data/dataset.ts';
import { FinalError } from '../errors.ts';
import { packageVersion } from '../package-root.ts';
import type { Registry } from '../registry/registry.ts';
import { readReleaseHistory } from '../registry/release-history.ts';
import { readServed } from '../registry/version-history.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ReleaseEvidence } from './report/release-report.ts';

interface Sources {
  readonly registry: Registry;
  readonly store: ObjectStore;
  /** Null where no key is trusted: then signatures are not checked, and the report says so. */
  readonly trust: Trust | null;
}

/**
 * Reads all that is known of a release, and checks what was signed of its version.
 * @throws FinalError PAWL_RELEASE_NOT_FOUND
 */
export async function readRelease(
  { registry, store, trust }: Sources,
  id: string,
  made: { readonly at: Date; readonly by: string },
): Promise<ReleaseEvidence> {
  const history = await readReleaseHistory(registry, id);
  const { version, release } = history;
  const [manifest, served, signatures] = await Promise.all([
    history.dataset === null ? null : readManifest(store, history.dataset),
    version === null ? null : readServed(registry, release.model, version.version),
    version === null ? null : checked({ registry, store, trust }, release.model, version.version),
  ]);
  return { ...history, manifest, served, signatures, made: { ...made, pawl: packageVersion() } };
}

async function checked(
  { registry, store, trust }: Sources,
  model: string,
  version: number,
): Promise<ReleaseEvidence['signatures']> {
  if (trust === null) return 'Where this report was made no key was trusted (PAWL_TRUSTED_KEYS), so no signature was checked.';
  return verifyVersion({ registry, store, trust }, model, version);
}

/** Null where it is not there any more. */
async function readManifest(store: ObjectStore, { manifestUri }: DatasetRef): Promise<DatasetManifest | null> {
  try {
    return JSON.parse(Buffer.from(await store.get(manifestUri)).toString('utf8')) as DatasetManifest;
  } catch (error) {
    if (error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND') return null;
    throw error;
  }
}
