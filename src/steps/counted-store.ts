import { stat } from 'node:fs/promises';
import type { ObjectStore } from '../storage/object-store.ts';

/** Bytes that went through. */
export class Traffic {
  read = 0;
  written = 0;
}

/** The same store, counting what is read and written through it. A local file of an object counts whole when it is asked for. */
export function countedStore(store: ObjectStore, traffic: Traffic): ObjectStore {
  return {
    root: store.root,
    async put(key, body) {
      const uri = await store.put(key, body);
      traffic.written += body.length;
      return uri;
    },
    async get(keyOrUri) {
      const bytes = await store.get(keyOrUri);
      traffic.read += bytes.length;
      return bytes;
    },
    async localPath(keyOrUri, directory) {
      const path = await store.localPath(keyOrUri, directory);
      traffic.read += (await stat(path)).size;
      return path;
    },
    exists: (keyOrUri) => store.exists(keyOrUri),
    list: (prefix, options) => store.list(prefix, options),
    delete: (keyOrUri) => store.delete(keyOrUri),
    link: (key, access, seconds) => store.link(key, access, seconds),
  };
}
