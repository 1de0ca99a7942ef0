import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError } from '../errors.ts';

/**
 * Makes sure that one gateway at a time uses a spool folder: two would ship each other's files. The lock names its process;
 * that of a process that is gone (also where another one got its number) does not count.
 */
export class SpoolLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws FinalError PAWL_SPOOL_IN_USE */
  static async take(directory: string): Promise<SpoolLock> {
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'lock');
    const own = JSON.stringify({ pid: process.pid, began: await beginningOf(process.pid) });
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await writeFile(path, own, { flag: 'wx' });
        return new SpoolLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readFile(path, 'utf8').catch(() => '');
      if (await isAlive(holder)) {
        throw new FinalError(
          'PAWL_SPOOL_IN_USE',
          `The spool folder ${directory} is used by the gateway with process id ${pidOf(holder)}.`,
        );
      }
      await rm(path, { force: true });
    }
    throw new FinalError('PAWL_SPOOL_IN_USE', `The spool folder ${directory} is being taken by several gateways at once.`);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function pidOf(lock: string): number | null {
  try {
    const { pid } = JSON.parse(lock) as { pid?: unknown };
    return typeof pid === 'number' ? pid : null;
  } catch {
    return null;
  }
}

async function isAlive(lock: string): Promise<boolean> {
  const pid = pidOf(lock);
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (JSON.parse(lock) as { began?: unknown }).began === (await beginningOf(pid));
}

/** When a process began, in the kernel's ticks since boot; null where the system does not tell (then its number has to do). */
async function beginningOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Field 22 of proc(5); the fields are counted after the name, which may itself hold blanks and brackets.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
