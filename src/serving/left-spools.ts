import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SpoolLock } from './spool-lock.ts';

const kept = new Set(['lock', 'cache']);

/** The spool folder of one of several processes that share a port; of the only one it is the folder itself. */
export function spoolOf(directory: string, place: number, processes: number): string {
  return processes === 1 ? directory : join(directory, `process-${place}`);
}

/**
 * Makes the folders of so many processes below `directory`, and gives the first of them what others left behind: the number of
 * processes may be another one than last time, and nothing that waits to be shipped may stay behind in a folder that nobody looks
 * into. Every process starts from the cache that is there.
 * @throws FinalError PAWL_SPOOL_IN_USE where a gateway still runs in one of the folders
 */
export async function prepareSpools(directory: string, processes: number): Promise<void> {
  const own = Array.from({ length: processes }, (_, place) => spoolOf(directory, place, processes));
  const names = await readdir(directory).catch(() => []);
  const before = [directory, ...names.filter((name) => /^process-\d+$/.test(name)).map((name) => join(directory, name))];
  const [first = directory] = own;
  for (const folder of own) await mkdir(folder, { recursive: true });
  for (const left of before.filter((folder) => !own.includes(folder))) {
    const lock = await SpoolLock.take(left);
    for (const file of await filesOf(left)) {
      const to = join(first, relative(left, file));
      await mkdir(dirname(to), { recursive: true });
      await rename(file, to);
    }
    await lock.release();
  }
  const cache = before.map((folder) => join(folder, 'cache'));
  for (const folder of own) {
    const to = join(folder, 'cache');
    if (await exists(to)) continue;
    for (const from of cache) if (from !== to && (await exists(from))) await cp(from, to, { recursive: true, force: false });
  }
  for (const left of before.filter((folder) => folder !== directory && !own.includes(folder)))
    await rm(left, { recursive: true });
}

/** All files below a folder that wait to be shipped. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (kept.has(entry.name) || /^process-\d+$/.test(entry.name)) continue;
    files.push(...(entry.isDirectory() ? await filesOf(path) : [path]));
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
