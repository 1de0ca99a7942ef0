import { basename } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { LoggedPrediction } from './logged-prediction.ts';

/**
 * Segments of the prediction log: Parquet files named `predictions/<model>/<yyyy-mm-dd>/<start, 13 digits>-<process>-<number>.parquet`,
 * so that keys sort by the time they begin with. Name and content follow from the spool file alone: shipping it again
 * replaces a segment with itself.
 */
const parquet = '.parquet';

/** All segments of a model. */
export function segmentPrefix(model: string): string {
  return `predictions/${model}/`;
}

/** Greater than the key of every segment begun before `at` (ms since 1970), smaller than those of all others. */
export function segmentKeyAt(model: string, at: number): string {
  const start = Math.max(0, Math.floor(at));
  return `${segmentPrefix(model)}${new Date(start).toISOString().slice(0, 10)}/${String(start).padStart(13, '0')}`;
}

/** The key of the segment that a spool file becomes. */
export function segmentKey(model: string, spoolPath: string): string {
  const name = basename(spoolPath, '.ndjson');
  return `${segmentKeyAt(model, Number(name.slice(0, 13)))}${name.slice(13)}${parquet}`;
}

/** When a segment was begun, ms since 1970; null where the key is none of a segment. */
export function segmentStart(key: string): number | null {
  const match = /\/(\d{13})-[^/]*\.parquet$/.exec(key);
  return match === null ? null : Number(match[1]);
}

export function encodeSegment(rows: readonly LoggedPrediction[]): Uint8Array {
  const column = <K extends keyof LoggedPrediction>(name: K) => rows.map((row) => row[name]);
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: column('id'), type: 'STRING', nullable: false },
      { name: 'model', data: column('model'), type: 'STRING', nullable: false },
      { name: 'version', data: column('version'), type: 'INT32', nullable: false },
      { name: 'revision', data: column('revision'), type: 'INT32', nullable: false },
      { name: 'role', data: column('role'), type: 'STRING', nullable: false },
      { name: 'key', data: column('key'), type: 'STRING' },
      { name: 'at', data: rows.map((row) => new Date(row.at)), type: 'TIMESTAMP', nullable: false },
      { name: 'score', data: column('score'), type: 'DOUBLE', nullable: false },
      { name: 'prediction', data: column('prediction'), type: 'STRING', nullable: false },
      { name: 'row', data: column('row'), type: 'STRING', nullable: false },
    ],
    rowGroupSize: 100_000,
  });
  return new Uint8Array(buffer);
}

export async function decodeSegment(bytes: Uint8Array): Promise<LoggedPrediction[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = (await parquetReadObjects({ file })) as (Omit<LoggedPrediction, 'at' | 'key'> & {
    at: Date;
    key?: string | null;
  })[];
  return rows.map((row) => ({ ...row, key: row.key ?? null, at: row.at.getTime() }));
}
