import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { readSegment } from '../serving/read-segment.ts';
import { everyColumn } from '../serving/segment.ts';
import { segmentKeyAt, segmentPrefix, segmentStart } from '../serving/segment-key.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** The sample of a monitor may reach so far back behind its first look, ms. */
const reachesBack = 86_400_000;

/** The newest answers to callers as they were at each moment, each segment read once at most. */
export class NewestAnswers {
  readonly #store: ObjectStore;
  readonly #wanted: number;
  readonly #keys: readonly string[];
  #next = 0;
  /** In the order of their times: the newest so many of the last call, and those that were not made yet then. */
  #rows: LoggedPrediction[] = [];

  private constructor(store: ObjectStore, wanted: number, keys: readonly string[]) {
    this.#store = store;
    this.#wanted = wanted;
    this.#keys = keys;
  }

  /** @param from, to when the first look is, and the last, ms since 1970 @param wanted the most that a look asks for */
  static async open(store: ObjectStore, model: string, from: number, to: number, wanted: number): Promise<NewestAnswers> {
    const listed = await store.list(segmentPrefix(model), { after: segmentKeyAt(model, from - reachesBack) });
    return new NewestAnswers(
      store,
      wanted,
      listed.filter((key) => (segmentStart(key) ?? Infinity) <= to),
    );
  }

  /**
   * Oldest first. Where more came since the last call than are wanted, the older ones are passed over, as a monitor does; segments
   * of several gateways overlap by their length, so the oldest few may differ from a full sort by that much.
   * @param time ms since 1970; never less than in the call before
   */
  async at(time: number): Promise<readonly LoggedPrediction[]> {
    const begun = this.#next;
    while ((segmentStart(this.#keys[this.#next] ?? '') ?? Infinity) <= time) this.#next++;
    const fresh: LoggedPrediction[] = [];
    let made = 0;
    for (let i = this.#next - 1; i >= begun && made < this.#wanted; i--) {
      for (const row of await readSegment(this.#store, this.#keys[i] ?? '', everyColumn)) {
        if (row.role !== 'champion' && row.role !== 'challenger') continue;
        fresh.push(row);
        if (row.at <= time) made++;
      }
    }
    if (fresh.length > 0) this.#rows = [...this.#rows, ...fresh].toSorted((a, b) => a.at - b.at);
    const later = this.#rows.findIndex(({ at }) => at > time);
    const past = later < 0 ? this.#rows.length : later;
    this.#rows = this.#rows.slice(Math.max(0, past - this.#wanted));
    return this.#rows.slice(0, Math.min(past, this.#wanted));
  }
}
