import type { TrafficAssignment } from '../registry/traffic-assignment.ts';
import { Lease } from './lease.ts';
import type { Scorer } from './scorer.ts';
import type { VersionShelf } from './version-shelf.ts';

/** A version that is loaded and warm. */
export interface ReadyVersion {
  readonly version: number;
  readonly scorer: Scorer;
}

/** One model's traffic at this gateway: the assignment in force, its lease, and the versions that are held. */
export class ModelTraffic {
  readonly model: string;
  readonly shelf: VersionShelf;
  #assignment: TrafficAssignment | null = null;
  #lease = new Lease(0, null);

  constructor(model: string, shelf: VersionShelf) {
    this.model = model;
    this.shelf = shelf;
  }

  /** Puts an assignment in force. `askedAt`: when the registry was asked for it, monotonic ms. True where its revision is new here. */
  adopt(assignment: TrafficAssignment, askedAt: number): boolean {
    const changed = this.#assignment?.revision !== assignment.revision;
    this.#assignment = assignment;
    this.#lease = new Lease(askedAt, assignment.leaseRemainingMs);
    if (changed) this.shelf.want(assignment.champion, assignment.challenger);
    return changed;
  }

  /** Null before the first one. */
  get assignment(): TrafficAssignment | null {
    return this.#assignment;
  }

  /** What is left of the challenger's lease at `now` (monotonic ms); null where none is needed. */
  leaseRemaining(now: number): number | null {
    return this.#lease.remaining(now);
  }

  /** Who answers as champion: a former one while the champion is still loading here; null without any. */
  champion(): ReadyVersion | null {
    return this.#assignment?.champion == null ? null : this.shelf.champion();
  }

  /** Null without one, or while it is still loading here. */
  challenger(): ReadyVersion | null {
    const version = this.#assignment?.challenger?.version;
    const scorer = version === undefined ? null : this.shelf.get(version);
    return version === undefined || scorer === null ? null : { version, scorer };
  }

  /** The assigned champion itself is loaded and warm, or none is assigned. */
  ready(): boolean {
    const champion = this.#assignment?.champion ?? null;
    return champion === null || this.shelf.get(champion.version) !== null;
  }

  /** The challenger's share in force at `now` (monotonic ms). */
  share(now: number): number {
    const lapsed = this.leaseRemaining(now) === 0;
    return this.#assignment === null || lapsed || this.challenger() === null || this.champion() === null
      ? 0
      : this.#assignment.share;
  }
}
