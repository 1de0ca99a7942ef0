import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { killMarked } from './marked-processes.ts';

/** Between SIGTERM and SIGKILL, ms. */
const grace = 5000;

/** The variable by which a process is known as part of a training, wherever it has put itself. */
export const marker = 'PAWL_TRAINING';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GroupOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  /** All that the command gets; `PAWL_TRAINING` in it is unique to the training. */
  readonly env: Readonly<Record<string, string>> & { readonly [marker]: string };
  /** Largest file that it may write, bytes. */
  readonly fileBytes: number;
  readonly onOutput: (text: string) => void;
  readonly onComplaint: (text: string) => void;
}

/**
 * A command in a process group of its own, on a leash: a small watcher in the group reads a pipe that only this process holds, so
 * that the group ends with this process, however that ends. What leaves the group is found by its mark, where /proc tells.
 */
export class ProcessGroup {
  /** Resolves when the command has ended; what it had started may still run until `end`. */
  readonly exited: Promise<Exit>;
  readonly #pid: number;
  readonly #mark: string;
  readonly #child: ChildProcess;
  #running = true;

  private constructor(child: ChildProcess, pid: number, mark: string) {
    this.#child = child;
    this.#pid = pid;
    this.#mark = mark;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false;
        resolve({ code, signal });
      });
    });
  }

  /** Starts it. Rejects where it cannot be started. */
  static async start({ command, cwd, env, fileBytes, onOutput, onComplaint }: GroupOptions): Promise<ProcessGroup> {
    const blocks = String(Math.ceil(fileBytes / 512));
    const child = spawn('/bin/sh', ['-c', leash, 'leash', blocks, String(grace / 1000), ...command], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // The pipe is never written to; a child that is gone must not raise EPIPE here.
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', onOutput);
    child.stderr.setEncoding('utf8').on('data', onComplaint);
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    return new ProcessGroup(child, pid, env[marker]);
  }

  /** Asks the command to stop, and ends it where it has not within five seconds. */
  async stop(): Promise<void> {
    if (this.#running) {
      signalTo(this.#pid, 'SIGTERM');
      const timer = new AbortController();
      await Promise.race([this.exited, wait(grace, null, { signal: timer.signal }).catch(() => null)]);
      timer.abort();
    }
    await this.end();
  }

  /** Ends whatever is left, at once, and resolves when all of it is gone and all that it printed is read. */
  async end(): Promise<void> {
    signalTo(-this.#pid, 'SIGKILL');
    await killMarked(`${marker}=${this.#mark}`);
    this.#child.stdin?.destroy();
    await this.exited;
    await Promise.all([this.#child.stdout, this.#child.stderr].map((stream) => ended(stream)));
  }
}

/** Somebody who cannot be found may hold a stream open; what is unread is given up after a second. */
async function ended(stream: ChildProcess['stdout']): Promise<void> {
  if (stream === null || stream.closed) return;
  const timer = new AbortController();
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  await Promise.race([closed, wait(1000, null, { signal: timer.signal }).catch(() => null)]);
  timer.abort();
  stream.destroy();
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * $1 is the largest file in blocks of 512 bytes, $2 the grace in seconds, the rest the command. The shell becomes the command (exec), so
 * that the process id is the command's own. The watcher outlives a SIGTERM to its group, so that it can end those who ignore it.
 */
const leash = `
ulimit -f "$1" 2>/dev/null
grace=$2; shift 2
exec 3<&0
( (
  trap '' TERM INT HUP
  read -r _ <&3
  kill -s TERM -- -$$; sleep "$grace"; kill -s KILL -- -$$
) >/dev/null 2>&1 </dev/null & )
exec "$@" </dev/null 3<&-
`;
