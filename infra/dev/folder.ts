import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FinalError } from '../../src/errors.ts';
import { processIdentity } from '../processes/identity.ts';
import { type Lock, tryLock } from '../processes/lock-file.ts';
import type { Say } from '../programs/program.ts';

/** A log starts anew above this size when the stack starts, bytes; the one before is kept beside it. */
const logLimit = 10 * 1024 * 1024;

interface Run {
  readonly name: string;
  readonly pid: number;
  readonly identity: string;
}

/** What is where below `.pawl/`, and whose it is at the moment. */
export class DevFolder {
  readonly root: string;
  private lock: Lock | null = null;
  private readonly runs = new Map<string, Run>();

  constructor(directory: string) {
    this.root = path.resolve(directory);
  }

  /** The addresses of the running stack, for the CLI: PAWL_* variables. */
  get environmentFile(): string {
    return path.join(this.root, 'env.json');
  }

  private get runsFile(): string {
    return path.join(this.root, 'processes.json');
  }

  /** @throws FinalError PAWL_DEV_RUNNING when a live process has the folder. */
  acquire(): void {
    mkdirSync(path.join(this.root, 'logs'), { recursive: true });
    const lock = tryLock(path.join(this.root, 'dev.lock'));
    if (!('release' in lock)) {
      throw new FinalError('PAWL_DEV_RUNNING', `Process ${String(lock.pid)} runs the dev stack in ${this.root} already.`);
    }
    this.lock = lock;
  }

  release(): void {
    rmSync(this.environmentFile, { force: true });
    rmSync(this.runsFile, { force: true });
    this.lock?.release();
    this.lock = null;
  }

  subfolder(name: string): string {
    const folder = path.join(this.root, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  logFile(name: string): string {
    return path.join(this.root, 'logs', `${name}.log`);
  }

  /** Keeps logs from growing for ever, over many starts. */
  rotateLog(name: string): void {
    const file = this.logFile(name);
    if (existsSync(file) && statSync(file).size > logLimit) renameSync(file, `${file}.1`);
  }

  writeEnvironment(environment: Readonly<Record<string, string>>): void {
    // It holds the registry's password.
    writeFileSync(this.environmentFile, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  }

  /** Remembers a process, so that a later start finds what a crash left behind. */
  remember(name: string, pid: number): void {
    const identity = processIdentity(pid);
    if (identity === null) this.runs.delete(name);
    else this.runs.set(name, { name, pid, identity });
    writeFileSync(this.runsFile, JSON.stringify([...this.runs.values()]));
  }

  /** Waits until the processes of an earlier run are gone, and ends those that stay. */
  async clearLeftovers(say: Say): Promise<void> {
    const left = () => this.readRuns().filter((run) => processIdentity(run.pid) === run.identity);
    if (left().length === 0) return;
    const names = left().map((run) => `${run.name} (${String(run.pid)})`);
    say(`An earlier run was cut off; waiting for what it left: ${names.join(', ')}.`);
    for (let tries = 0; left().length > 0; tries += 1) {
      if (tries === 300) for (const run of left()) endGroup(run.pid);
      await wait(100);
    }
    rmSync(this.runsFile, { force: true });
  }

  private readRuns(): Run[] {
    if (!existsSync(this.runsFile)) return [];
    try {
      return JSON.parse(readFileSync(this.runsFile, 'utf8')) as Run[];
    } catch {
      // Cut off while it was written: nothing can be learned from it.
      return [];
    }
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
