import { createHash } from 'node:crypto';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Digest } from './dataset.ts';

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Writes an object whose key says what it holds, unless it is there. Returns its URI. */
export async function putOnce(store: ObjectStore, key: string, bytes: Uint8Array): Promise<string> {
  return (await store.exists(key)) ? `${store.root}${key}` : store.put(key, bytes);
}
