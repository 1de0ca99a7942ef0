import { PawlError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { LoggedPrediction } from './logged-prediction.ts';
import { decodeSegment, segmentKeyAt, segmentPrefix, segmentStart } from './segment.ts';

const minute = 60_000;
/** A segment may have begun so long before the rows that it holds, ms. */
const segmentSlack = 10 * minute;
/** A gateway that was away ships its segments late: they are looked for among all, but not at each poll. */
const lateSlack = 2 * minute;
const pollsPerFullLook = 30;
const atOnce = 8;

/** Follows the prediction log of a model. */
export class PredictionTail {
  readonly #store: ObjectStore;
  readonly #model: string;
  readonly #since: number;
  readonly #read = new Set<string>();
  #newest = 0;
  #polls = 0;

  /** `sinceMs`: predictions before it, ms since 1970, are left out. */
  constructor(store: ObjectStore, model: string, sinceMs: number) {
    this.#store = store;
    this.#model = model;
    this.#since = sinceMs;
  }

  /** The rows of the segments that were not read yet, in the order of their arrival at the gateway within a segment. */
  async poll(): Promise<LoggedPrediction[]> {
    const earliest = this.#since - segmentSlack;
    const from = this.#polls++ % pollsPerFullLook === 0 ? earliest : Math.max(earliest, this.#newest - lateSlack);
    const keys = await this.#store.list(segmentPrefix(this.#model), { after: segmentKeyAt(this.#model, from) });
    const rows: LoggedPrediction[] = [];
    for (const segment of await readSegments(
      this.#store,
      keys.filter((key) => !this.#read.has(key)),
    )) {
      for (const row of segment.rows) if (row.at >= this.#since) rows.push(row);
      // Noted one by one, after reading: a poll that fails is repeated by the next one.
      this.#read.add(segment.key);
      this.#newest = Math.max(this.#newest, segmentStart(segment.key) ?? 0);
    }
    return rows;
  }
}

/**
 * The newest `count` predictions of a model that pass `filter`, oldest first, each (id, version) once. Segments of several
 * gateways overlap by their length, so the oldest few may differ from a full sort by that much.
 */
export async function newestPredictions(
  store: ObjectStore,
  model: string,
  count: number,
  filter: (row: LoggedPrediction) => boolean = () => true,
  now = Date.now(),
): Promise<LoggedPrediction[]> {
  const found = new Map<string, LoggedPrediction>();
  let before: string | null = null;
  for (const back of [60 * minute, 1440 * minute, 14 * 1440 * minute, Infinity]) {
    const after = back === Infinity ? {} : { after: segmentKeyAt(model, now - back) };
    const listed = await store.list(segmentPrefix(model), after);
    const limit: string | null = before;
    const keys: string[] = listed.filter((key) => segmentStart(key) !== null && (limit === null || key < limit));
    for (let end = keys.length; end > 0 && found.size < count; end -= atOnce) {
      const segments = await readSegments(store, keys.slice(Math.max(0, end - atOnce), end));
      for (const row of segments.flatMap((segment) => segment.rows)) {
        const key = `${row.version}/${row.id}`;
        if (filter(row) && !found.has(key)) found.set(key, row);
      }
    }
    if (found.size >= count) break;
    before = keys[0] ?? before;
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at).slice(-count);
}

/** A segment that was removed between listing and reading is left out. */
async function readSegments(store: ObjectStore, keys: readonly string[]): Promise<{ key: string; rows: LoggedPrediction[] }[]> {
  const segments: { key: string; rows: LoggedPrediction[] }[] = [];
  for (let start = 0; start < keys.length; start += atOnce) {
    const read = keys.slice(start, start + atOnce).map(async (key) => {
      try {
        return { key, rows: await decodeSegment(await store.get(key)) };
      } catch (error) {
        if (error instanceof PawlError && error.code === ('PAWL_OBJECT_NOT_FOUND' as string)) return { key, rows: [] };
        throw error;
      }
    });
    segments.push(...(await Promise.all(read)));
  }
  return segments;
}
