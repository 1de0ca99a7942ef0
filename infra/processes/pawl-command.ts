import { spawn } from 'node:child_process';
import { packageFile } from '../../src/package-root.ts';

/** What a run of the pawl command said. */
export interface CommandResult {
  readonly code: number;
  /** Its `--json` document; null where it printed none. */
  readonly value: unknown;
  readonly stderr: string;
}

/** Runs the built pawl command as a person would, with `--json`. */
export async function runPawl(
  environment: Record<string, string>,
  args: readonly string[],
  cwd?: string,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [packageFile('dist/src/cli/main.js'), ...args, '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, value: stdout.trim() === '' ? null : JSON.parse(stdout), stderr };
}
