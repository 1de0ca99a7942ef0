import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FinalError, TransientError } from '../errors.ts';
import { checkKey, checkPrefix, keyOf } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

/** Objects that are being written, in the same file system, so that a rename makes them whole at once. */
const unfinished = '.unfinished';
/** What a crash left unfinished so long ago is removed, ms. */
const abandoned = 24 * 3600 * 1000;

/**
 * Objects as files in a folder, made when it is missing. Each key is a path, so no key can be another's folder: with `a` there,
 * `a/b` is refused.
 */
export function folderStore(folder: string): ObjectStore {
  return new FolderStore(resolve(folder));
}

class FolderStore implements ObjectStore {
  readonly root: string;
  readonly #folder: string;
  #swept = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.root = `${pathToFileURL(folder).href.replace(/\/$/, '')}/`;
  }

  async put(key: string, body: Uint8Array): Promise<string> {
    const path = join(this.#folder, checkKey(key));
    await this.#prepare();
    await this.#attempt(key, async () => {
      const temporary = join(this.#folder, unfinished, randomUUID());
      try {
        await writeDurably(temporary, body);
        await mkdir(dirname(path), { recursive: true });
        await rename(temporary, path);
        await syncFolder(dirname(path));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    });
    return this.root + key;
  }

  async get(keyOrUri: string): Promise<Uint8Array> {
    const key = keyOf(this.root, keyOrUri);
    const bytes = await this.#attempt(key, () => readFile(join(this.#folder, key)));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async exists(keyOrUri: string): Promise<boolean> {
    const key = keyOf(this.root, keyOrUri);
    try {
      return (await this.#attempt(key, () => stat(join(this.#folder, key)))).isFile();
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async list(prefix: string, options: { after?: string; limit?: number } = {}): Promise<string[]> {
    const found: string[] = [];
    const limit = options.limit ?? Infinity;
    const begin = checkPrefix(prefix).slice(0, prefix.lastIndexOf('/') + 1);
    if (limit > 0) await this.#walk(begin, { prefix, after: options.after ?? '', limit }, found);
    return found;
  }

  async delete(keyOrUri: string): Promise<void> {
    const key = keyOf(this.root, keyOrUri);
    // Folders stay: removing an empty one could take it away under another process that is about to write into it.
    if (await this.exists(key)) await this.#attempt(key, () => rm(join(this.#folder, key), { force: true }));
  }

  async localPath(keyOrUri: string): Promise<string> {
    const key = keyOf(this.root, keyOrUri);
    if (!(await this.exists(key))) throw notFound(this.root + key);
    return join(this.#folder, key);
  }

  /** The folder that a writer needs is made, since it may not know how. */
  async link(keyOrUri: string, access: 'read' | 'write'): Promise<string> {
    const key = keyOf(this.root, keyOrUri);
    const path = join(this.#folder, key);
    if (access === 'write') await this.#attempt(key, () => mkdir(dirname(path), { recursive: true }));
    return pathToFileURL(path).href;
  }

  /** Adds the keys of a folder to `found`, in order. False once there are enough. */
  async #walk(folder: string, wanted: { prefix: string; after: string; limit: number }, found: string[]): Promise<boolean> {
    for (const { key, isFolder } of await this.#entries(folder)) {
      const { prefix, after, limit } = wanted;
      if (isFolder) {
        const mayHold = key.startsWith(prefix) || prefix.startsWith(key);
        // All that begins with `key` is behind us when `after` is greater and does not begin with it itself.
        const passed = key < after && !after.startsWith(key);
        if (mayHold && !passed && !(await this.#walk(key, wanted, found))) return false;
      } else if (key.startsWith(prefix) && key > after) {
        found.push(key);
        if (found.length >= limit) return false;
      }
    }
    return true;
  }

  /** Of one folder, in the order of the keys that they lead to: a folder counts with its slash. */
  async #entries(folder: string): Promise<{ key: string; isFolder: boolean }[]> {
    let entries: Dirent[];
    try {
      entries = await this.#attempt(folder, () => readdir(join(this.#folder, folder), { withFileTypes: true }));
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
    return entries
      .filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory()))
      .map((entry) => ({ key: folder + entry.name + (entry.isDirectory() ? '/' : ''), isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Makes the folder of unfinished objects, and once empties it of what no writer can still be at. */
  async #prepare(): Promise<void> {
    const folder = join(this.#folder, unfinished);
    try {
      await mkdir(folder, { recursive: true });
      if (!this.#swept) await sweep(folder);
      this.#swept = true;
    } catch (error) {
      throw unavailable(this.root, error);
    }
  }

  /** Does it and says what the file system's refusal means. */
  async #attempt<T>(key: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw asStoreError(error, this.root + key);
    }
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - abandoned) await rm(join(folder, name), { force: true });
  }
}

async function writeDurably(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename survives a power cut once its folder is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function notFound(uri: string, cause?: unknown): FinalError {
  return new FinalError('PAWL_OBJECT_NOT_FOUND', `${uri} is not there.`, { cause });
}

function isNotFound(error: unknown): boolean {
  return error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND';
}

function unavailable(uri: string, cause: unknown): TransientError {
  return new TransientError('PAWL_STORE_UNAVAILABLE', `The file system refuses ${uri}: ${(cause as Error).message}`, { cause });
}

function asStoreError(error: unknown, uri: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const reads = syscall === 'open' || syscall === 'read' || syscall === 'stat' || syscall === 'scandir';
  if (reads && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')) return notFound(uri, error);
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST' || code === 'ENOTEMPTY') {
    return new FinalError('PAWL_OBJECT_KEY_INVALID', `${uri} is in the way of another key, or another key of it.`, {
      cause: error,
    });
  }
  return unavailable(uri, error);
}
