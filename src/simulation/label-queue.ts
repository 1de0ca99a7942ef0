import type { Fraction, Milliseconds } from '../spec/quantities.ts';
import type { Random } from '../training/random.ts';
import { binomial } from './draws.ts';
import type { LabelProfile } from './traffic-profile.ts';

/** Requests that wait for their label. They are labelled in the order of their delays, in equal parts of each batch. */
export class LabelQueue {
  readonly #share: Fraction;
  readonly #delays: readonly Milliseconds[];
  readonly #random: Random;
  readonly #at: number[] = [];
  /** Of each batch, how many fall to each delay. */
  readonly #parts: Uint32Array[] = [];
  /** By delay: the next batch whose labels come. */
  readonly #next: Int32Array;

  constructor({ share, delays }: LabelProfile, random: Random) {
    this.#share = share;
    this.#delays = delays;
    this.#random = random;
    this.#next = new Int32Array(delays.length);
  }

  /** Requests that were made by now. */
  add(now: Milliseconds, requests: number): void {
    if (this.#delays.length === 0) return;
    this.#at.push(now);
    this.#parts.push(this.#split(requests));
  }

  /** Those whose label has come since the last call. */
  arrived(now: Milliseconds): number {
    let labelled = 0;
    for (const [i, delay] of this.#delays.entries()) {
      let next = this.#next[i] ?? 0;
      for (; next < this.#at.length && (this.#at[next] ?? Infinity) + delay <= now; next++)
        labelled += this.#parts[next]?.[i] ?? 0;
      this.#next[i] = next;
    }
    return labelled;
  }

  #split(requests: number): Uint32Array {
    const parts = new Uint32Array(this.#delays.length);
    let left = binomial(this.#random, requests, this.#share);
    const each = Math.floor(left / parts.length);
    for (let i = 0; i < parts.length; i++) parts[i] = each;
    for (left -= each * parts.length; left > 0; left--) {
      const at = this.#random.below(parts.length);
      parts[at] = (parts[at] ?? 0) + 1;
    }
    return parts;
  }
}
