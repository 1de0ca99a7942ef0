import { basename } from 'node:path';

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

/** The key of the segment that a spool file, named by its path, becomes. */
export function segmentKey(model: string, spoolPath: string): string {
  const name = basename(spoolPath).replace(/\.[^.]*$/, '');
  return `${segmentKeyAt(model, Number(name.slice(0, 13)))}${name.slice(13)}${parquet}`;
}

/** When a segment was begun, ms since 1970; null where the key is none of a segment. */
export function segmentStart(key: string): number | null {
  const match = /\/(\d{13})-[^/]*\.parquet$/.exec(key);
  return match === null ? null : Number(match[1]);
}

/** The process that wrote a segment; null where the key is none of a segment. */
export function segmentProcess(key: string): string | null {
  return /\/\d{13}-([^/]*)-\d+\.parquet$/.exec(key)?.[1] ?? null;
}
