import { lstat, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders that this process is at. */
const own = new Set<string>();

const named = () => `pawl-training-${hostname().replaceAll(/[^\w.]/g, '_')}-`;

/** A folder for one training, in the system's folder for temporary files. Removes those that ended workers of this machine left. */
export async function makeWorkFolder(): Promise<string> {
  const base = await realpath(tmpdir());
  await sweep(base);
  const folder = await mkdtemp(join(base, `${named()}${process.pid}-`));
  own.add(folder);
  return folder;
}

export async function removeWorkFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  own.delete(folder);
}

async function sweep(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = name.startsWith(named()) ? Number(/^\d+(?=-)/.exec(name.slice(named().length))?.[0]) : NaN;
    const folder = join(base, name);
    const isLeft = pid === process.pid ? !own.has(folder) : !runs(pid);
    // Another worker may be at the same, or it may be another user's.
    if (!Number.isNaN(pid) && isLeft) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Bytes that a folder takes on the disk, holes left out; what vanishes meanwhile counts nothing. */
export async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await folderBytes(path);
    else sum += (await lstat(path).catch(() => ({ blocks: 0 }))).blocks * 512;
  }
  return sum;
}
