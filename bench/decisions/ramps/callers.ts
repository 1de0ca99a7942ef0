import { Random } from '../../../src/training/random.ts';

/** Who asks, and how it fails. */
export interface World {
  readonly name: string;
  /** Callers that stay on their side; null: each request is a caller of its own. */
  readonly callers: number | null;
  /** Of the volumes: the k-th caller asks as often as 1/k^zipf. */
  readonly zipf: number;
  /** Share of the callers whose every request fails, whoever answers. */
  readonly broken: number;
}

/** One look at a ramp: what came since the last one. */
export interface Look {
  readonly share: number;
  readonly championRequests: number;
  readonly challengerRequests: number;
  /** Callers of failed requests, one a request, -1 for a caller of its own. */
  readonly championErrors: readonly number[];
  readonly challengerErrors: readonly number[];
}

export interface RampOptions {
  readonly world: World;
  readonly looks: number;
  readonly requestsPerLook: number;
  /** Of all requests of either version's. */
  readonly errorRate: number;
  /** Of the challenger's error rate to the champion's. */
  readonly ratio: number;
  /** Of the steps, each as long as the others. */
  readonly shares: readonly number[];
}

/** A simulated ramp, look by look. */
export function* ramp(options: RampOptions, seed: number): Generator<Look> {
  const { world, looks, requestsPerLook, errorRate, ratio, shares } = options;
  const random = new Random(seed);
  const callers = world.callers ?? 0;
  const buckets = Float64Array.from({ length: callers }, () => random.next());
  const broken = Uint8Array.from({ length: callers }, () => Number(random.next() < world.broken));
  const volumes = cumulative(callers, world.zipf);
  for (let look = 0; look < looks; look++) {
    const share = shares[Math.floor((look * shares.length) / looks)] ?? 1;
    const errors: { champion: number[]; challenger: number[] } = { champion: [], challenger: [] };
    let challengerRequests = 0;
    for (let i = 0; i < requestsPerLook; i++) {
      const caller = world.callers === null ? -1 : pick(volumes, random.next());
      const isChallenger = (caller < 0 ? random.next() : (buckets[caller] ?? 0)) < share;
      if (isChallenger) challengerRequests++;
      const rate = broken[caller] === 1 ? 1 : isChallenger ? errorRate * ratio : errorRate;
      if (random.next() < rate) errors[isChallenger ? 'challenger' : 'champion'].push(caller);
    }
    yield {
      share,
      championRequests: requestsPerLook - challengerRequests,
      challengerRequests,
      championErrors: errors.champion,
      challengerErrors: errors.challenger,
    };
  }
}

/** Of the volumes of all callers up to each; the last is 1. */
function cumulative(callers: number, zipf: number): Float64Array {
  const sums = new Float64Array(callers);
  let sum = 0;
  for (let k = 0; k < callers; k++) sums[k] = sum += (k + 1) ** -zipf;
  return sums.map((value) => value / sum);
}

function pick(volumes: Float64Array, at: number): number {
  let [low, high] = [0, volumes.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((volumes[middle] ?? 1) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
