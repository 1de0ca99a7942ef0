import { PawlError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { LoggedPrediction } from './logged-prediction.ts';
import { madeAt } from './prediction-id.ts';
import { Segment } from './segment.ts';
import { segmentKeyAt, segmentPrefix, segmentProcess, segmentStart } from './segment-key.ts';

/** A segment may have begun so long before a row that it holds, ms; and, where the disk was behind, so long after it. */
const begunBefore = 600_000;
const begunAfter = 120_000;
/** The other versions' answers to the same request, ms: a shadow is scored when there is time. */
const shadowDelay = 30_000;

/**
 * What all versions said of a request, in the order of their answers in time; empty where it is not in the log (yet: segments are
 * shipped every few seconds). The gateway's own ids (UUIDv7) say when they were made, so that few segments are read; for a
 * caller's own id the log is read from its newest segment to its oldest until one holds it, the ids alone.
 * @param options.since segments begun longer than ten minutes before it, ms since 1970, are not read. Default: all may be.
 */
export async function findPrediction(
  store: ObjectStore,
  model: string,
  id: string,
  options: { readonly since?: number } = {},
): Promise<LoggedPrediction[]> {
  const read = new Map<string, LoggedPrediction[]>();
  const made = madeAt(id);
  if (made !== null) {
    const listed = await segmentsOf(store, model, made - begunBefore);
    const near = listed.filter((key) => begun(key) < made + begunAfter);
    const found = await search(store, id, nearestFirst(near, made), near, read);
    if (found.length > 0) return found;
  }
  const all = await segmentsOf(store, model, options.since === undefined ? 0 : options.since - begunBefore);
  return search(store, id, all.toReversed(), all, read);
}

async function segmentsOf(store: ObjectStore, model: string, from: number): Promise<string[]> {
  const keys = await store.list(segmentPrefix(model), { after: segmentKeyAt(model, from) });
  return keys.filter((key) => segmentStart(key) !== null);
}

/** Reads in that order until one holds the id, then those of the same process that were begun about then. */
async function search(
  store: ObjectStore,
  id: string,
  order: readonly string[],
  all: readonly string[],
  read: Map<string, LoggedPrediction[]>,
): Promise<LoggedPrediction[]> {
  for (const key of order) {
    if ((await rowsOf(store, key, id, read)).length === 0) continue;
    const own = all.filter((other) => segmentProcess(other) === segmentProcess(key));
    const at = own.indexOf(key);
    const beside = own.filter((other, i) => i === at - 1 || i === at + 1 || (i > at && begun(other) < begun(key) + shadowDelay));
    for (const other of beside) await rowsOf(store, other, id, read);
    return onceEach([...read.values()].flat());
  }
  return [];
}

async function rowsOf(
  store: ObjectStore,
  key: string,
  id: string,
  read: Map<string, LoggedPrediction[]>,
): Promise<LoggedPrediction[]> {
  let rows = read.get(key);
  if (rows === undefined) {
    try {
      rows = await (await Segment.open(await store.get(key))).find(id);
    } catch (error) {
      // Removed between listing and reading.
      if (!(error instanceof PawlError && error.code === ('PAWL_OBJECT_NOT_FOUND' as string))) throw error;
      rows = [];
    }
    read.set(key, rows);
  }
  return rows;
}

/** Each version's answer once: an id that the caller sent twice is one prediction, the first. */
function onceEach(rows: readonly LoggedPrediction[]): LoggedPrediction[] {
  const versions = new Map<number, LoggedPrediction>();
  for (const row of rows.toSorted((a, b) => a.at - b.at)) if (!versions.has(row.version)) versions.set(row.version, row);
  return [...versions.values()];
}

/** First what each process was writing at that time, then what was begun behind it, then the rest, the newest first. */
function nearestFirst(keys: readonly string[], at: number): string[] {
  const before = keys.filter((key) => begun(key) <= at).toReversed();
  const writing = before.filter((key, i) => before.findIndex((other) => segmentProcess(other) === segmentProcess(key)) === i);
  const behind = keys.filter((key) => begun(key) > at);
  return [...new Set([...writing, ...behind, ...before])];
}

function begun(key: string): number {
  return segmentStart(key) ?? 0;
}
