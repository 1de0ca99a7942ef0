import type { Random } from '../training/random.ts';
import { multinomial } from './draws.ts';

/** How some pairs fall to runs: of the one that goes on, whole ones, and of one that begins. */
interface Parts {
  readonly again: number;
  readonly whole: number;
  readonly begun: number;
}

/** Pairs of one stretch of time are alike: they come in runs that are as long as so many pairs are worth one, all drawn as one. */
export class Runs {
  readonly length: number;
  /** What the run that goes on was drawn as. */
  current = -1;
  #left = 0;

  /** @param alike pairs that are worth one independent pair, 1 or more */
  constructor(alike: number) {
    this.length = Math.max(1, Math.round(alike));
  }

  split(pairs: number): Parts {
    const again = Math.min(this.#left, pairs);
    const whole = Math.floor((pairs - again) / this.length);
    const begun = pairs - again - whole * this.length;
    this.#left = begun > 0 ? this.length - begun : this.#left - again;
    return { again, whole, begun };
  }

  /** How many of some pairs are of each kind. */
  kinds(pairs: number, chances: ArrayLike<number>, random: Random): Float64Array {
    const { again, whole, begun } = this.split(pairs);
    const counts = multinomial(random, whole, chances);
    for (let kind = 0; kind < counts.length; kind++) counts[kind] = (counts[kind] ?? 0) * this.length;
    counts[this.current] = (counts[this.current] ?? 0) + again;
    if (begun === 0) return counts;
    this.current = multinomial(random, 1, chances).indexOf(1);
    counts[this.current] = (counts[this.current] ?? 0) + begun;
    return counts;
  }
}
