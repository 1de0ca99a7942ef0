import { execFile } from 'node:child_process';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Runs a command to its end and gives what it printed. Rejects with the command and the end of what it said. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  const { timeoutMs: timeout, ...rest } = options;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { ...rest, ...(timeout === undefined ? {} : { timeout }), maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ stdout, stderr });
          return;
        }
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          reject(new Error(`${command} is not installed`, { cause: error }));
          return;
        }
        const last = `${stderr}${stdout}`.trim().split('\n').slice(-3).join(' | ');
        const how =
          error.killed === true
            ? `was stopped after ${String((timeout ?? 0) / 1000)} s`
            : `failed (${String(error.code ?? error.signal)})`;
        reject(new Error(`${command} ${how}${last === '' ? '' : `: ${last}`}`, { cause: error }));
      },
    );
  });
}
