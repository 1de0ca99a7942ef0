import { spawn } from 'node:child_process';
import { packageFile } from '../../src/package-root.ts';
import type { Story } from './story.ts';

/** Runs the pawl command as a person would, with `--json`, and returns its document. Any exit code but those named fails. */
export async function pawl(story: Story, environment: Record<string, string>, args: readonly string[], accepted: readonly number[] = [0]): Promise<Record<string, unknown>> {
  story.command(`pawl ${args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  const child = spawn(process.execPath, [packageFile('dist/src/cli/main.js'), ...args, '--json'], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  if (!accepted.includes(code)) throw new Error(`pawl ${args.join(' ')} ended with ${code}\n${err}${out}`);
  return JSON.parse(out) as Record<string, unknown>;
}
