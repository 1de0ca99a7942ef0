import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface LeashedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The file that its stdout and stderr are appended to. */
  readonly logFile: string;
  /** The signal that makes it stop in good order. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A child process that does not outlive this one, however this one ends.
 *
 * It runs in a process group of its own, so that a Ctrl-C in the terminal reaches only the parent, who then stops its
 * children in order. And it is on a leash: a small watcher in the child's group reads a pipe that only the parent
 * holds. When the parent dies, even by SIGKILL, the pipe closes and the watcher stops the child.
 */
export class LeashedProcess {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly stopSignal: 'SIGINT' | 'SIGTERM';
  private ended = false;

  private constructor(child: ChildProcess, pid: number, stopSignal: 'SIGINT' | 'SIGTERM') {
    this.child = child;
    this.pid = pid;
    this.stopSignal = stopSignal;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.ended = true;
        child.stdin?.destroy();
        resolve({ code, signal });
      });
    });
  }

  /** Starts the command. Resolves once it is spawned, rejects when it cannot be. */
  static async start(options: LeashedOptions): Promise<LeashedProcess> {
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawn('/bin/sh', ['-c', leash, 'leash', options.stopSignal.slice(3), options.command, ...options.args], {
        detached: true,
        stdio: ['pipe', log, log],
        env: options.env ?? process.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      });
      // The pipe is never written to; a child that is gone must not raise EPIPE here.
      child.stdin?.on('error', () => undefined);
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('spawn', () => resolve(child.pid ?? 0));
      });
      return new LeashedProcess(child, pid, options.stopSignal);
    } finally {
      closeSync(log);
    }
  }

  get running(): boolean {
    return !this.ended;
  }

  /** Asks the process to stop, and kills it with all that it started when it has not within the grace, ms. */
  async stop(graceMs: number): Promise<Exit> {
    if (!this.ended) {
      this.signalTo(this.pid, this.stopSignal);
      const timer = new AbortController();
      const late = wait(graceMs, 'late' as const, { signal: timer.signal }).catch(() => null);
      if ((await Promise.race([this.exited, late])) === 'late') this.signalTo(-this.pid, 'SIGKILL');
      timer.abort();
    }
    const exit = await this.exited;
    // What it had started itself is in the same group and has no business to stay.
    this.signalTo(-this.pid, 'SIGKILL');
    return exit;
  }

  private signalTo(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * $1 is the stop signal, the rest is the command. The shell becomes the command (exec), so the process id is the
 * command's own. The watcher is orphaned on purpose: a server that reaps its children must not find a stranger among them.
 */
const leash = `
signal=$1; shift
exec 3<&0
( (
  read -r _ <&3
  kill -s "$signal" $$ || exit 0
  tries=0
  while kill -0 $$; do
    tries=$((tries + 1)); [ $tries -gt 20 ] && { kill -s KILL -- -$$; exit 0; }
    sleep 1
  done
) >/dev/null 2>&1 & )
exec "$@" </dev/null 3<&-
`;
