import type { Fraction } from '../spec/quantities.ts';
import type { Random } from '../training/random.ts';

/** Who asks: callers by rank, the one of rank k as often as 1 / k to some power (G. K. Zipf, 1949). */
export interface CallerProfile {
  /** With a key. */
  readonly count: number;
  /** The power; 0: all ask equally often. */
  readonly exponent: number;
  /** Fraction of the requests that come without a key: each is drawn by itself. */
  readonly withoutKey: Fraction;
}

/** Powers are looked for up to it. */
const steepest = 5;

/**
 * The power that makes requests counted by caller most likely: it is where the mean logarithm of the rank of a request is that of the
 * distribution (A. Clauset, C. R. Shalizi, M. E. J. Newman, SIAM Review 51, 2009, section 3, for a finite number of ranks).
 * @param counts of each caller, in any order
 */
export function zipfExponent(counts: readonly number[]): number {
  const ordered = counts.toSorted((a, b) => b - a);
  const requests = ordered.reduce((sum, count) => sum + count, 0);
  if (ordered.length < 2 || requests === 0) return 0;
  const seen = ordered.reduce((sum, count, i) => sum + count * Math.log(i + 1), 0) / requests;
  let [low, high] = [0, steepest];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (meanLogRank(ordered.length, middle) > seen) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function meanLogRank(callers: number, exponent: number): number {
  let [weights, logs] = [0, 0];
  for (let rank = 1; rank <= callers; rank++) {
    const weight = rank ** -exponent;
    weights += weight;
    logs += weight * Math.log(rank);
  }
  return logs / weights;
}

/**
 * The callers of one rollout, in the order of their places: where the hash of a caller's key puts it, 0 to 1, drawn anew for each
 * rollout. So the challenger's callers are the first ones, at any share.
 */
export class RolloutCallers {
  readonly #withoutKey: Fraction;
  readonly #places: Float64Array;
  /** Fraction of the keyed requests that come from the first so many callers. */
  readonly #volume: Float64Array;
  readonly #failed: Uint8Array;
  /** Keyed requests that the challenger answered, by how many callers were its own then. */
  readonly #answered = new Map<number, number>();

  /** @param volumes of the callers, by rank, which only count in proportion; they are shuffled */
  constructor(volumes: Float64Array, withoutKey: Fraction, random: Random) {
    const count = volumes.length;
    this.#withoutKey = count === 0 ? 1 : withoutKey;
    const order = Float64Array.from(volumes);
    for (let i = count - 1; i > 0; i--) {
      const other = random.below(i + 1);
      [order[i], order[other]] = [order[other] ?? 0, order[i] ?? 0];
    }
    // Places in ascending order, without sorting: the partial sums of exponential gaps over their whole.
    this.#places = new Float64Array(count);
    this.#volume = new Float64Array(count + 1);
    let [gaps, total] = [0, 0];
    for (let i = 0; i < count; i++) {
      gaps -= Math.log(1 - random.next());
      this.#places[i] = gaps;
      total += order[i] ?? 0;
      this.#volume[i + 1] = total;
    }
    gaps -= Math.log(1 - random.next());
    for (let i = 0; i < count; i++) {
      this.#places[i] = (this.#places[i] ?? 0) / gaps;
      this.#volume[i + 1] = (this.#volume[i + 1] ?? 0) / total;
    }
    this.#failed = new Uint8Array(count);
  }

  /** Fraction of all requests that the challenger answers where it has this share of the callers. */
  volumeOf(share: Fraction): Fraction {
    const keyed = this.#volume[firstAbove(this.#places, share)] ?? 0;
    return this.#withoutKey * share + (1 - this.#withoutKey) * keyed;
  }

  /** The challenger answers so many requests at this share. */
  answer(requests: number, share: Fraction): void {
    const volume = this.volumeOf(share);
    if (requests === 0 || volume === 0) return;
    const own = firstAbove(this.#places, share);
    const keyed = requests * (((1 - this.#withoutKey) * (this.#volume[own] ?? 0)) / volume);
    this.#answered.set(own, (this.#answered.get(own) ?? 0) + keyed);
  }

  /** Callers whom the challenger has answered, as expected: each once. */
  answered(): number {
    let callers = 0;
    const steps = [...this.#answered];
    for (let i = 0; i < this.#failed.length; i++) {
      const volume = (this.#volume[i + 1] ?? 0) - (this.#volume[i] ?? 0);
      let requests = 0;
      for (const [own, keyed] of steps) if (i < own) requests += (keyed * volume) / (this.#volume[own] ?? 1);
      callers -= Math.expm1(-requests);
    }
    return callers;
  }

  /**
   * Of errors on one side, those that `countErrors` of src/rollout would count: the first one of each caller, and each one without a
   * key. Drawn one by one where they are few; where they are many, by caller.
   */
  firstErrors(errors: number, side: 'champion' | 'challenger', share: Fraction, random: Random): number {
    if (errors === 0) return 0;
    const own = firstAbove(this.#places, share);
    const [from, to] = side === 'challenger' ? [0, own] : [own, this.#failed.length];
    const [low, high] = [this.#volume[from] ?? 0, this.#volume[to] ?? 0];
    const keyed = (1 - this.#withoutKey) * (high - low);
    const unkeyed = this.#withoutKey * (side === 'challenger' ? share : 1 - share);
    const ofCallers = keyed / (keyed + unkeyed);
    if (!(keyed > 0)) return errors;
    let counted = 0;
    if (errors <= to - from) {
      for (let i = 0; i < errors; i++) {
        if (random.next() >= ofCallers) counted++;
        else counted += this.#fails(firstAbove(this.#volume, low + random.next() * (high - low)) - 1);
      }
      return counted;
    }
    const withKey = Math.round(errors * ofCallers);
    for (let i = from; i < to; i++) {
      if (this.#failed[i] === 1) continue;
      const volume = ((this.#volume[i + 1] ?? 0) - (this.#volume[i] ?? 0)) / (high - low);
      if (random.next() < -Math.expm1(withKey * Math.log1p(-Math.min(volume, 1 - 1e-12)))) counted += this.#fails(i);
    }
    return counted + errors - withKey;
  }

  /** 1 where it is the caller's first error. */
  #fails(caller: number): number {
    if (this.#failed[caller] !== 0) return 0;
    this.#failed[caller] = 1;
    return 1;
  }
}

/** How often the callers of a profile ask, by rank. */
export function volumesOf({ count, exponent }: CallerProfile): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (i + 1) ** -exponent);
}

/** How many of some ascending values are up to one: the first index whose value is above it. */
function firstAbove(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
