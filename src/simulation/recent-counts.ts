import type { Milliseconds } from '../spec/quantities.ts';

/** Requests and errors of both sides in some time. */
export interface Passed {
  readonly champion: { readonly requests: number; readonly errors: number };
  readonly challenger: { readonly requests: number; readonly errors: number };
}

/** The sums over what passed of late. */
export class RecentCounts {
  readonly #over: Milliseconds;
  readonly #ends: Milliseconds[] = [];
  readonly #passed: Passed[] = [];
  #first = 0;
  readonly #sums = { champion: { requests: 0, errors: 0 }, challenger: { requests: 0, errors: 0 } };

  /** @param over how long ago it may have ended */
  constructor(over: Milliseconds) {
    this.#over = over;
  }

  add(end: Milliseconds, passed: Passed): void {
    this.#ends.push(end);
    this.#passed.push(passed);
    this.#count(passed, 1);
    for (; (this.#ends[this.#first] ?? Infinity) <= end - this.#over; this.#first++) {
      const gone = this.#passed[this.#first];
      if (gone !== undefined) this.#count(gone, -1);
    }
  }

  sums(): Passed {
    const { champion, challenger } = this.#sums;
    return { champion: { ...champion }, challenger: { ...challenger } };
  }

  #count(passed: Passed, times: number): void {
    for (const side of ['champion', 'challenger'] as const) {
      this.#sums[side].requests += times * passed[side].requests;
      this.#sums[side].errors += times * passed[side].errors;
    }
  }
}
