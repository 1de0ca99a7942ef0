import Table from 'cli-table3';
import type { PawlError } from '../errors.ts';
import { formatError } from '../errors.ts';

/** Exit codes of every command: done, failed, wrong usage, rejected or rolled back. */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3 } as const;

/** `--json` prints the value as one JSON document on stdout; otherwise the text. */
export function print(json: boolean, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
}

/** An error on stderr; with `--json` as one document. */
export function printError(json: boolean, error: PawlError): void {
  const value = { error: { code: error.code, message: error.message, problems: error.problems, todo: error.todo } };
  process.stderr.write(`${json ? JSON.stringify(value, null, 2) : formatError(error)}\n`);
}

/** Rows under a head, without lines between the rows. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    ...widths(head.length, process.stdout.columns ?? 120),
  });
  for (const row of rows) drawn.push(row.map((cell) => (cell === null ? '' : String(cell))));
  return drawn.toString();
}

/** The last column takes what the others leave, so that a sentence wraps in its cell and not in the terminal. */
function widths(columns: number, terminal: number): { colWidths: (number | null)[] } {
  const last = Math.max(30, terminal - (columns - 1) * 22 - columns - 1);
  return { colWidths: [...Array<null>(columns - 1).fill(null), last] };
}

/** `2026-03-01 14:05:09` in UTC. */
export function when(time: Date | string | number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** `accuracy 0.791, auc 0.862` */
export function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toFixed(4))}`)
    .join(', ');
}
