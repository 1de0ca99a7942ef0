import Table from 'cli-table3';
import type { PawlError } from '../errors.ts';
import { formatError } from '../errors.ts';
import type { TimelineRow } from '../registry/timeline.ts';

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

/** Rows under a head, without lines between the rows; the last column wraps where a terminal is too narrow for it. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  terminal = process.stdout.isTTY ? process.stdout.columns : undefined,
): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  const widths = head.map(
    (title, column) => Math.max(...[title, ...cells.map((row) => row[column] ?? '')].map((cell) => cell.length)) + 2,
  );
  const others = widths.slice(0, -1);
  if (terminal !== undefined && widths.length > 0) {
    const left = terminal - others.reduce((sum, width) => sum + width + 1, 0) - 2;
    widths.splice(-1, 1, Math.max(30, Math.min(left, widths.at(-1) ?? 0)));
  }
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: widths,
  });
  for (const row of cells) drawn.push(row);
  return drawn.toString();
}

/** A line of the timeline for people. */
export function timelineText(row: TimelineRow): string {
  return `${when(row.at)}  ${row.kind.padEnd(9)} ${row.because}`;
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
