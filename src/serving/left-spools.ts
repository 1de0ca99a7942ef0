import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SpoolLock } from './spool-lock.ts';

/** Folders in which something waits to be shipped. What else is there, of a bundle or of somebody's own, stays where it is. */
const spools = ['predictions', 'labels', 'windows'];

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
    for (const file of (await Promise.all(spools.map((spool) => filesOf(join(left, spool))))).flat()) {
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

/** All files below a folder; none where there is no such folder. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
