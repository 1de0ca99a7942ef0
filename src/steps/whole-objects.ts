import { digestOf } from '../data/content-address.ts';
import { FinalError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StepObject } from './step.ts';

/**
 * What is wrong with objects that a step left, in words; null where all of them are there and hold what they held.
 * A damaged one is removed, so that whoever makes it again does not take it for what its name says.
 */
export async function damageOf(store: ObjectStore, objects: readonly StepObject[]): Promise<string | null> {
  for (const { uri, digest } of objects) {
    const bytes = await store.get(uri).catch((error: unknown) => {
      if (error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND') return null;
      throw error;
    });
    const name = uri.startsWith(store.root) ? uri.slice(store.root.length) : uri;
    if (bytes === null) return `${name} is no longer in the object store`;
    if (digestOf(bytes) === digest) continue;
    await store.delete(uri);
    return `${name} in the object store is damaged`;
  }
  return null;
}

/** Objects as they are now. @param uris without a digest of their own */
export async function describeObjects(store: ObjectStore, uris: readonly string[]): Promise<StepObject[]> {
  return Promise.all(uris.map(async (uri) => ({ uri, digest: digestOf(await store.get(uri)) })));
}
