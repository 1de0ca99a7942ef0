import { PawlError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { LoggedPrediction } from './logged-prediction.ts';
import { everyColumn, Segment, type LoggedColumn } from './segment.ts';
import { segmentKeyAt, segmentPrefix, segmentStart } from './segment-key.ts';

const minute = 60_000;
/** A segment may have begun so long before the rows that it holds, ms. */
const segmentSlack = 10 * minute;
/** A gateway that was away ships its segments late: they are looked for among all, but not at each poll. */
const lateSlack = 2 * minute;
const pollsPerFullLook = 30;
/** Segments in memory at once, where they are small; a poll gives no more rows than about this, and the rest at the next ones. */
const atOnce = 4;
const pollRows = 200_000;

/** Follows the prediction log of a model. */
export class PredictionTail<K extends LoggedColumn = LoggedColumn> {
  readonly #store: ObjectStore;
  readonly #model: string;
  readonly #since: number;
  readonly #columns: readonly (K | 'at')[];
  readonly #read = new Set<string>();
  #newest = 0;
  #polls = 0;
  #behind = false;

  /**
   * @param sinceMs predictions before it, ms since 1970, are left out
   * @param columns what is read of each row: all where it is left out, which costs several times what a few columns do
   */
  constructor(
    store: ObjectStore,
    model: string,
    sinceMs: number,
    columns: readonly K[] = everyColumn as readonly LoggedColumn[] as readonly K[],
  ) {
    this.#store = store;
    this.#model = model;
    this.#since = sinceMs;
    this.#columns = [...new Set<K | 'at'>([...columns, 'at'])];
  }

  /** The rows of the segments that were not read yet, in the order of their arrival at the gateway within a segment. */
  async poll(): Promise<Pick<LoggedPrediction, K>[]> {
    const earliest = this.#since - segmentSlack;
    const full = this.#behind || this.#polls++ % pollsPerFullLook === 0;
    const from = full ? earliest : Math.max(earliest, this.#newest - lateSlack);
    const keys = await this.#store.list(segmentPrefix(this.#model), { after: segmentKeyAt(this.#model, from) });
    const unread = keys.filter((key) => !this.#read.has(key));
    const rows: Pick<LoggedPrediction, K>[] = [];
    let taken = 0;
    for (; taken < unread.length && rows.length < pollRows; taken += atOnce) {
      const batch = unread.slice(taken, taken + atOnce);
      const segments = await Promise.all(batch.map(async (key) => (await open(this.#store, key))?.read(this.#columns)));
      for (const segment of segments) for (const row of segment ?? []) if (row.at >= this.#since) rows.push(row);
    }
    // Noted when all is read: a poll that fails is repeated by the next one.
    for (const key of unread.slice(0, taken)) {
      this.#read.add(key);
      this.#newest = Math.max(this.#newest, segmentStart(key) ?? 0);
    }
    this.#behind = taken < unread.length;
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
  filter: (row: Omit<LoggedPrediction, 'row'>) => boolean = () => true,
  now = Date.now(),
): Promise<LoggedPrediction[]> {
  const found = new Map<string, LoggedPrediction>();
  let before: string | null = null;
  for (const back of [60 * minute, 1440 * minute, 14 * 1440 * minute, Infinity]) {
    const after = back === Infinity ? {} : { after: segmentKeyAt(model, now - back) };
    const listed = await store.list(segmentPrefix(model), after);
    const limit: string | null = before;
    const keys: string[] = listed.filter((key) => segmentStart(key) !== null && (limit === null || key < limit));
    for (let end = keys.length; end > 0 && found.size < count; end -= 2 * atOnce) {
      // One after the other: they may be large, and little of each is needed.
      for (const key of keys.slice(Math.max(0, end - 2 * atOnce), end)) {
        const segment = await open(store, key);
        for (const row of segment === null ? [] : await newestIn(segment, count, filter)) {
          const name = `${row.version}/${row.id}`;
          if (!found.has(name)) found.set(name, row);
        }
      }
    }
    if (found.size >= count) break;
    before = keys[0] ?? before;
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at).slice(-count);
}

const withoutFeatures = everyColumn.filter((column) => column !== 'row');

/** Of one segment, read from its end; features of the rows that pass, and of few others. */
async function newestIn(segment: Segment, count: number, filter: (row: Omit<LoggedPrediction, 'row'>) => boolean) {
  let found: LoggedPrediction[] = [];
  const names = new Set<string>();
  const bounds = segment.bounds;
  for (let group = bounds.length - 2; group >= 0 && names.size < count; group--) {
    const start = bounds[group] ?? 0;
    const end = bounds[group + 1] ?? start;
    const rows = await segment.read(withoutFeatures, start, end);
    const before = names.size;
    let first = rows.length;
    while (first > 0 && names.size < count) {
      const row = rows[--first];
      if (row !== undefined && filter(row)) names.add(`${row.version}/${row.id}`);
    }
    if (names.size === before) continue;
    const features = await segment.read(['row'], start + first, end);
    const passing = features.flatMap(({ row }, i) => {
      const rest = rows[first + i];
      return rest !== undefined && filter(rest) ? [{ ...rest, row }] : [];
    });
    found = [...passing, ...found];
  }
  return found;
}

/** Null for a segment that was removed between listing and reading. */
async function open(store: ObjectStore, key: string): Promise<Segment | null> {
  try {
    return await Segment.open(await store.get(key));
  } catch (error) {
    if (error instanceof PawlError && error.code === ('PAWL_OBJECT_NOT_FOUND' as string)) return null;
    throw error;
  }
}
