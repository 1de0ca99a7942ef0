import type { TrafficAssignment } from '../registry/traffic-assignment.ts';
import { Lease } from './lease.ts';
import type { ServedVersion } from './served-version.ts';
import type { VersionShelf } from './version-shelf.ts';

/** One model's traffic at this gateway: the assignment in force, its lease, and the versions that are held. */
export class ModelTraffic {
  readonly model: string;
  readonly shelf: VersionShelf;
  #assignment: TrafficAssignment | null = null;
  #lease = new Lease(0, null);
  #optedOut: ReadonlySet<string> = new Set();
  #choosers: ReadonlySet<string> = new Set();
  #champions: readonly ServedVersion[] = [];
  /** The shelf's, when the champions were looked up. */
  #changes = -1;

  constructor(model: string, shelf: VersionShelf) {
    this.model = model;
    this.shelf = shelf;
  }

  /** Puts an assignment in force. `askedAt`: when the registry was asked for it, monotonic ms. True where it changes anything here. */
  adopt(assignment: TrafficAssignment, askedAt: number): boolean {
    const changed = this.#assignment === null || contentOf(this.#assignment) !== contentOf(assignment);
    this.#lease = new Lease(askedAt, assignment.leaseRemainingMs);
    if (!changed) return false;
    this.#assignment = assignment;
    this.#changes = -1;
    this.#optedOut = new Set(assignment.serving.opt_out);
    this.#choosers = new Set(assignment.serving.choose_version);
    this.shelf.want(assignment.champion, assignment.challenger, assignment.former);
    return true;
  }

  /** Null before the first one. */
  get assignment(): TrafficAssignment | null {
    return this.#assignment;
  }

  /** What is left of the challenger's lease at `now` (monotonic ms); null where none is needed. */
  leaseRemaining(now: number): number | null {
    return this.#lease.remaining(now);
  }

  /** The caller's key is on the list of those who always get the champion. */
  isOptedOut(key: string | null): boolean {
    return key !== null && this.#optedOut.has(key);
  }

  /** The caller's key is on the list of those who may ask for a version. */
  mayChoose(key: string | null): boolean {
    return key !== null && this.#choosers.has(key);
  }

  /** Those who can answer as champion, in their order: the champion where it is ready, then those before it; none is assigned: none. */
  champions(): readonly ServedVersion[] {
    if (this.#changes !== this.shelf.changes) {
      this.#changes = this.shelf.changes;
      this.#champions = this.#assignment?.champion == null ? [] : this.shelf.champions();
    }
    return this.#champions;
  }

  /** Null without one, or while it is still loading here. */
  challenger(): ServedVersion | null {
    const version = this.#assignment?.challenger?.version;
    return version === undefined ? null : this.shelf.get(version);
  }

  /** The assigned champion itself is loaded and warm, or none is assigned. */
  ready(): boolean {
    const champion = this.#assignment?.champion ?? null;
    return champion === null || this.shelf.get(champion.version) !== null;
  }

  /** The challenger's share in force at `now` (monotonic ms). */
  share(now: number): number {
    const lapsed = this.leaseRemaining(now) === 0;
    return this.#assignment === null || lapsed || this.challenger() === null || this.champions().length === 0
      ? 0
      : this.#assignment.share;
  }
}

/** All of an assignment but its lease, as text. */
function contentOf(assignment: TrafficAssignment): string {
  return JSON.stringify({ ...assignment, leaseRemainingMs: null });
}
