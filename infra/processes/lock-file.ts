import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processIdentity } from './identity.ts';

export interface Lock {
  release(): void;
}

/** Who holds a lock: what the holder wrote about itself. */
export interface Holder {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Takes the lock, or says who has it. The lock of a process that is gone counts as free.
 * A lock lives as long as its process: there is nothing to renew and nothing to clean up after a crash.
 */
export function tryLock(file: string): Lock | Holder {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? String(process.pid) };
  const draft = `${file}.${String(process.pid)}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (;;) {
      try {
        // A link appears with its content, at once and only if there is none: no reader sees half a lock.
        linkSync(draft, file);
        return { release: () => releaseIfMine(file, mine) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(file);
      if (holder !== null && processIdentity(holder.pid) === holder.identity) return holder;
      moveAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Waits until the lock is free, calling `onWait` once if it was not. */
export async function waitForLock(file: string, onWait: (holder: Holder) => void, signal?: AbortSignal): Promise<Lock> {
  for (let first = true; ; first = false) {
    const lock = tryLock(file);
    if ('release' in lock) return lock;
    if (first) onWait(lock);
    await wait(200, undefined, signal === undefined ? {} : { signal });
  }
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** Removes a dead process's lock; when two do so at once, neither removes the lock that the other has just taken. */
function moveAside(file: string, dead: Holder | null): void {
  const aside = `${file}.stale.${String(process.pid)}.${Math.random().toString(36).slice(2)}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved.identity !== dead?.identity) {
    try {
      linkSync(aside, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

function releaseIfMine(file: string, mine: Holder): void {
  if (readHolder(file)?.identity === mine.identity) rmSync(file, { force: true });
}
