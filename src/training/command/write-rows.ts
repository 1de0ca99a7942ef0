import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame, FrameColumn } from '../../data/dataset.ts';
import { literal, withDuck } from '../../data/duckdb.ts';
import type { TrainingJob } from '../trainer.ts';
import type { RowFile, RowFormat, RowNames } from './job.ts';

/** The rows of a job and how much they count. */
type Rows = Pick<TrainingJob, 'frame' | 'weights'>;

/** Rows written between two turns of the event loop. */
const block = 5000;

/**
 * Writes rows for a command: timestamp (ISO 8601), features, label, weight. A missing value is an empty cell or a null, a boolean 1 or 0, the
 * label of a classification the place of its class among those of the job, from 0: of two 1 for the positive one. Numbers are those that the graph will see:
 * float32, in the fewest digits that give them back.
 */
export async function writeRows(
  path: string,
  format: RowFormat,
  rows: Rows,
  names: RowNames,
  onRows: (done: number) => void | Promise<void>,
): Promise<RowFile> {
  const csv = format === 'csv' ? path : `${path}.csv`;
  const written = await writeCsv(csv, rows, names, onRows);
  const digest = format === 'csv' ? written : await toParquet(csv, path, rows.frame, names);
  return { path, format, digest: `sha256:${digest}`, rows: rows.frame.rows };
}

async function writeCsv(
  path: string,
  { frame, weights }: Rows,
  names: RowNames,
  onRows: (done: number) => void | Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  const write = async (text: string) => {
    hash.update(text);
    await file.write(text);
  };
  try {
    const { timestamp } = frame;
    const times = timestamp !== null && names.timestamp !== null ? timestamp : null;
    const columns = frame.features.map((name) => frame.columns[name]);
    const header = [
      ...(times === null ? [] : [names.timestamp ?? '']),
      ...frame.features,
      names.label,
      ...(names.weights === null ? [] : [names.weights]),
    ];
    await write(`${header.map(quoted).join(',')}\n`);
    for (let start = 0; start < frame.rows; start += block) {
      const lines: string[] = [];
      for (let row = start; row < Math.min(frame.rows, start + block); row++) {
        const cells = columns.map((column) => cell(column, row));
        if (times !== null) cells.unshift(new Date(times[row] ?? 0).toISOString());
        cells.push(String(frame.label[row]));
        if (names.weights !== null) cells.push(String(weights?.[row] ?? 1));
        lines.push(cells.join(','));
      }
      await write(`${lines.join('\n')}\n`);
      await onRows(Math.min(frame.rows, start + block));
      await nextTurn();
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function cell(column: FrameColumn | undefined, row: number): string {
  if (column === undefined) return '';
  if (column.type === 'category') return quoted(column.levels[column.codes[row] ?? -1] ?? '');
  const value = column.values[row] ?? NaN;
  return Number.isNaN(value) ? '' : shortest(value);
}

/** The fewest digits that are read as the same float32. Most numbers of a source need few. */
function shortest(value: number): string {
  if (Number.isInteger(value)) return String(value);
  for (const digits of [6, 7, 8]) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** By way of DuckDB, which works on threads of its own: a file of a million rows would hold the event loop, and with it the heartbeat. */
async function toParquet(csv: string, path: string, frame: Frame, names: RowNames): Promise<string> {
  const types = frame.features.map((name): [string, string] => [
    name,
    frame.columns[name]?.type === 'category' ? 'VARCHAR' : 'FLOAT',
  ]);
  if (frame.timestamp !== null && names.timestamp !== null) types.unshift([names.timestamp, 'TIMESTAMP']);
  types.push([names.label, 'DOUBLE']);
  if (names.weights !== null) types.push([names.weights, 'DOUBLE']);
  const columns = types.map(([name, type]) => `${literal(name)}: ${literal(type)}`).join(', ');
  const rows = `SELECT * FROM read_csv(${literal(csv)}, header = true, delim = ',', quote = '"', escape = '"', columns = {${columns}})`;
  await withDuck(undefined, (duck) => duck.run(`COPY (${rows}) TO ${literal(path)} (FORMAT parquet)`));
  await rm(csv);
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
