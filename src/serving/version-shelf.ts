import type { Logger } from 'pino';
import type { AssignedVersion } from '../registry/traffic-assignment.ts';
import type { Scorer } from './scorer.ts';
import { ServedVersion } from './served-version.ts';

export interface ShelfOptions {
  readonly model: string;
  /** Fetches a version, checks it, loads it and warms it up. */
  readonly load: (ref: AssignedVersion) => Promise<Scorer>;
  /** A version became ready, or was unloaded. */
  readonly onChange: () => void;
  readonly onUnload: (served: ServedVersion) => void;
  readonly onLoadFailure: (ref: AssignedVersion, error: unknown) => void;
  readonly logger: Logger;
  /** Pause before a failed load is tried again, ms; it doubles up to 30 times as much. */
  readonly retryMs?: number;
}

/** So many former champions stay loaded: the way back must be warm. */
const formerChampions = 2;

interface Place {
  ref: AssignedVersion;
  served: ServedVersion | null;
  loading: Promise<void> | null;
  retry: NodeJS.Timeout | null;
  pause: number;
}

/** The versions of one model that a gateway holds. A version is ready when loaded and warm, and not before. */
export class VersionShelf {
  readonly #options: ShelfOptions;
  readonly #places = new Map<number, Place>();
  /** The champion and those before it, newest first. */
  #champions: number[] = [];
  #closed = false;
  #changes = 0;

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /**
   * Begins to load what is assigned and not there, the former champion last, and unloads all but the assigned and the champions
   * before.
   */
  want(champion: AssignedVersion | null, challenger: AssignedVersion | null, former: AssignedVersion | null): void {
    this.#changes++;
    const leading = [champion?.version, former?.version].filter((version) => version !== undefined);
    this.#champions = [...new Set([...leading, ...this.#champions])].slice(0, 1 + formerChampions);
    for (const ref of [champion, challenger, former]) {
      if (ref === null) continue;
      const place = this.#places.get(ref.version);
      // One that could not be loaded is tried again as it is assigned now: it may have an attestation since.
      if (place === undefined) this.#places.set(ref.version, this.#newPlace(ref));
      else place.ref = ref;
    }
    const kept = new Set([...this.#champions, challenger?.version]);
    for (const version of [...this.#places.keys()]) if (!kept.has(version)) this.#unload(version);
  }

  /** Grows with everything that changes which versions are ready, or who leads: what was made of them before is stale. */
  get changes(): number {
    return this.#changes;
  }

  /** The champions that are ready, newest first. */
  champions(): ServedVersion[] {
    return this.#champions.map((version) => this.get(version)).filter((served) => served !== null);
  }

  /** Null while the version is not ready. */
  get(version: number): ServedVersion | null {
    return this.#places.get(version)?.served ?? null;
  }

  /** All that are ready. */
  all(): ServedVersion[] {
    return [...this.#places.values()].map((place) => place.served).filter((served) => served !== null);
  }

  /** The versions that are ready, ascending. */
  ready(): number[] {
    return this.all()
      .map(({ version }) => version)
      .toSorted((a, b) => a - b);
  }

  /** All versions kept, ready or not. */
  refs(): AssignedVersion[] {
    return [...this.#places.values()].map((place) => place.ref);
  }

  /** Waits for loads that are under way and for what is being scored. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const place of this.#places.values()) {
      if (place.retry !== null) clearTimeout(place.retry);
      await place.loading;
      await place.served?.scorer.release();
      place.served = null;
    }
    this.#places.clear();
  }

  #newPlace(ref: AssignedVersion): Place {
    const place: Place = { ref, served: null, loading: null, retry: null, pause: this.#options.retryMs ?? 1000 };
    // In a turn of its own, so that the place is on the shelf before anything can come of it.
    place.loading = Promise.resolve().then(() => this.#load(place));
    return place;
  }

  async #load(place: Place): Promise<void> {
    const { load, logger, model, onChange, onLoadFailure, retryMs = 1000 } = this.#options;
    const { version } = place.ref;
    try {
      const scorer = await load(place.ref);
      if (this.#closed || this.#places.get(version) !== place) return await scorer.release();
      place.served = new ServedVersion(place.ref, scorer);
      this.#changes++;
      logger.info({ model, version }, 'version loaded and warm');
      onChange();
    } catch (error) {
      logger.error({ err: error, model, version, again: place.pause }, 'version not loaded');
      onLoadFailure(place.ref, error);
      if (this.#closed || this.#places.get(version) !== place) return;
      place.retry = setTimeout(() => void (place.loading = this.#load(place)), place.pause);
      place.pause = Math.min(place.pause * 2, retryMs * 30);
    }
  }

  #unload(version: number): void {
    const place = this.#places.get(version);
    this.#places.delete(version);
    this.#changes++;
    if (place === undefined) return;
    if (place.retry !== null) clearTimeout(place.retry);
    const { logger, model, onChange, onUnload } = this.#options;
    if (place.served !== null) {
      onUnload(place.served);
      place.served.scorer
        .release()
        .catch((error: unknown) => logger.error({ err: error, model, version }, 'version not unloaded'));
      logger.info({ model, version }, 'version unloaded');
      onChange();
    }
  }
}
