import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** Rounds of looking for processes that start others while they are ended. */
const rounds = 20;

/**
 * Ends every process of this machine that was started with a mark in its environment, and waits until none is left. A process that made
 * itself the leader of another group is found so. Does nothing where there is no /proc.
 * @param mark `NAME=value`, which no other process has
 */
export async function killMarked(mark: string): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const found = await marked(mark);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself, or is not ours to end.
      }
    }
    await wait(20);
  }
}

/** Their process ids; none where there is no /proc. */
export async function marked(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    // Of a process that has ended, or is somebody else's, nothing can be read.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(mark)) found.push(Number(pid));
  }
  return found;
}
