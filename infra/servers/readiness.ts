import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Exit, LeashedProcess } from '../processes/leashed.ts';

/**
 * Waits until a started server answers. Rejects when its process ends before, or when it takes too long, with the last
 * lines of its log: that is where the reason stands.
 */
export async function untilReady(
  server: { name: string; process: LeashedProcess; logFile: string },
  answers: () => Promise<boolean>,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<void> {
  let exit: Exit | null = null;
  void server.process.exited.then((value) => (exit = value));
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (exit !== null) throw new Error(`${server.name} ended at once (${exitWords(exit)}).${lastLines(server.logFile)}`);
    if (await answers().catch(() => false)) return;
    if (performance.now() > deadline) {
      throw new Error(`${server.name} did not answer within ${String(options.timeoutMs / 1000)} s.${lastLines(server.logFile)}`);
    }
    await wait(50);
  }
}

export function exitWords(exit: Exit): string {
  return exit.signal === null ? `exit code ${String(exit.code)}` : `by ${exit.signal}`;
}

/** The end of a log file, for an error message. */
export function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-20);
  return lines.join('') === '' ? '' : ` Its log (${logFile}) ends with:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
