import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { readSegment } from '../serving/read-segment.ts';
import type { LoggedColumn } from '../serving/segment.ts';
import { segmentKeyAt, segmentPrefix, segmentStart } from '../serving/segment-key.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A segment may have begun so long before the rows that it holds, ms. */
const slack = 600_000;

type Row<K extends LoggedColumn> = Pick<LoggedPrediction, K | 'at'>;

/** The prediction log of a model as it grew, each segment read once. */
export class LogWalk<K extends LoggedColumn> {
  readonly #store: ObjectStore;
  readonly #from: number;
  readonly #to: number;
  readonly #columns: readonly (K | 'at')[];
  readonly #keys: readonly string[];
  #next = 0;
  /** Segments that were begun, and not shipped yet. */
  #open: { readonly shipped: number; readonly rows: readonly Row<K>[] }[] = [];

  private constructor(store: ObjectStore, from: number, to: number, columns: readonly K[], keys: readonly string[]) {
    this.#store = store;
    this.#from = from;
    this.#to = to;
    this.#columns = [...new Set<K | 'at'>([...columns, 'at'])];
    this.#keys = keys;
  }

  /** @param from, to predictions made from then to then, ms since 1970 */
  static async open<K extends LoggedColumn>(
    store: ObjectStore,
    model: string,
    from: number,
    to: number,
    columns: readonly K[],
  ): Promise<LogWalk<K>> {
    const listed = await store.list(segmentPrefix(model), { after: segmentKeyAt(model, from - slack) });
    const keys = listed.filter((key) => (segmentStart(key) ?? Infinity) <= to);
    return new LogWalk(store, from, to, columns, keys);
  }

  /**
   * The rows that had come by a time and were not given before. A segment counts as shipped with its last row: when it really was is
   * not recorded.
   * @param time ms since 1970; never less than in the call before
   */
  async upTo(time: number): Promise<Row<K>[]> {
    for (; this.#next < this.#keys.length; this.#next++) {
      const key = this.#keys[this.#next] ?? '';
      if ((segmentStart(key) ?? Infinity) > time) break;
      const rows = await readSegment(this.#store, key, this.#columns);
      const shipped = rows.reduce((last, { at }) => Math.max(last, at), 0);
      const wanted = rows.filter(({ at }) => at >= this.#from && at <= this.#to);
      if (wanted.length > 0) this.#open.push({ shipped, rows: wanted });
    }
    const ready = this.#open.filter(({ shipped }) => shipped <= time);
    if (ready.length === 0) return [];
    this.#open = this.#open.filter(({ shipped }) => shipped > time);
    return ready.toSorted((a, b) => a.shipped - b.shipped).flatMap(({ rows }) => rows);
  }
}
