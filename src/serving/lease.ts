/**
 * A challenger's lease on this gateway's own monotonic clock. What remains is counted from the moment the registry was asked,
 * not from its answer: a slow answer makes the lease end early, never late.
 */
export class Lease {
  readonly #endsAt: number | null;

  /** `askedAt` on the monotonic clock, ms; `remaining` as the registry answered, ms, null where the share needs no lease. */
  constructor(askedAt: number, remaining: number | null) {
    this.#endsAt = remaining === null ? null : askedAt + remaining;
  }

  /** ms, never below 0; null where there is no lease to run out. */
  remaining(now: number): number | null {
    return this.#endsAt === null ? null : Math.max(0, this.#endsAt - now);
  }
}
