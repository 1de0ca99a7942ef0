import type { Random } from '../../../src/training/random.ts';

/** Who asks, and what fails for whom, whichever version answers. */
export interface World {
  readonly name: string;
  /** 0: every request is a caller of its own. */
  readonly callers: number;
  /** Requests of the caller of rank k are as many as 1 / k to this power; 0: all ask equally much. */
  readonly zipf: number;
  /** Fraction of the callers whose requests fail always, are ten times slower, and whose rows are far off. */
  readonly broken: number;
}

const callers = 2000;
export const worlds: readonly World[] = [
  { name: 'independent callers', callers: 0, zipf: 0, broken: 0 },
  { name: 'Zipf sticky callers', callers, zipf: 1, broken: 0 },
  { name: '2 % of callers broken', callers, zipf: 0, broken: 0.02 },
  { name: 'Zipf, 2 % broken', callers, zipf: 1, broken: 0.02 },
];

/** A ramp of this many looks. */
export const looks = 200;
/** Of requests, that fail for everybody. */
export const baseRate = 0.01;
/** Buckets of latency are so wide, as logarithms. */
export const bucketWidth = 0.1;

export const steady = (share: number) => () => share;
/** Each step as long as the next. */
export const growing = (look: number) => [0.05, 0.25, 0.5, 1][Math.floor((look * 4) / looks)] ?? 1;

/** The callers of one ramp, as drawn. */
export class Callers {
  readonly #world: World;
  readonly #random: Random;
  readonly #pick: AliasTable | null;
  /** Where a caller stands, 0 to 1: below the share the challenger answers it. */
  readonly place: Float64Array;
  readonly broken: Uint8Array;
  /** Buckets of latency that a caller's requests take longer, by what it asks for. */
  readonly slower: Int16Array;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    const weights = Array.from({ length: world.callers }, (_, i) => (i + 1) ** -world.zipf);
    this.#pick = world.callers > 0 ? new AliasTable(weights) : null;
    this.place = new Float64Array(Math.max(1, world.callers));
    this.broken = new Uint8Array(Math.max(1, world.callers));
    this.slower = new Int16Array(Math.max(1, world.callers));
  }

  /** Draws another rollout's callers. */
  redraw(): void {
    for (let i = 0; i < this.#world.callers; i++) {
      this.place[i] = this.#random.next();
      this.broken[i] = this.#random.next() < this.#world.broken ? 1 : 0;
      this.slower[i] = Math.round((normal(this.#random) * 0.1 + (this.broken[i] === 1 ? Math.log(10) : 0)) / bucketWidth);
    }
  }

  /** The caller of the next request; where each is one of its own, 0 at another place. */
  next(): number {
    if (this.#pick !== null) return this.#pick.draw(this.#random);
    this.place[0] = this.#random.next();
    return 0;
  }
}

/** Draws an index as often as its weight says, in constant time (A. J. Walker, ACM TOMS 3, 1977; M. D. Vose, IEEE TSE 17, 1991). */
export class AliasTable {
  readonly #keep: Float64Array;
  readonly #other: Int32Array;

  constructor(weights: readonly number[]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const left = weights.map((weight) => (weight * weights.length) / total);
    this.#keep = new Float64Array(weights.length).fill(1);
    this.#other = new Int32Array(weights.length);
    const small = left.flatMap((weight, i) => (weight < 1 ? [i] : []));
    const large = left.flatMap((weight, i) => (weight < 1 ? [] : [i]));
    for (let i = small.pop(); i !== undefined; i = small.pop()) {
      const from = large.pop();
      if (from === undefined) break;
      this.#keep[i] = left[i] ?? 1;
      this.#other[i] = from;
      left[from] = (left[from] ?? 0) - (1 - (left[i] ?? 1));
      ((left[from] ?? 0) < 1 ? small : large).push(from);
    }
  }

  draw(random: Random): number {
    const at = random.next() * this.#keep.length;
    const i = Math.floor(at);
    return at - i < (this.#keep[i] ?? 1) ? i : (this.#other[i] ?? i);
  }
}

/** Standard normal (G. E. P. Box and M. E. Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
