import { logGamma } from '../stats/log-gamma.ts';
import type { Random } from '../training/random.ts';

/**
 * Counts as they come by chance, drawn at once and not one by one: exact, in a time that hardly depends on how many there are.
 */

/** Below so many expected ones, counting them up is quicker. */
const few = 10;

/**
 * Successes in some trials: by inversion where few are expected, else by transformed rejection (W. Hoermann, "The generation of
 * binomial random variates", Journal of Statistical Computation and Simulation 46, 1993, algorithm BTRS).
 * @param trials a whole number of at least 0
 * @param chance of each, 0 to 1; what is beyond counts as the nearer end
 */
export function binomial(random: Random, trials: number, chance: number): number {
  if (!(chance > 0) || trials <= 0) return 0;
  if (chance >= 1) return trials;
  if (chance > 0.5) return trials - binomial(random, trials, 1 - chance);
  return trials * chance < few ? fewSuccesses(random, trials, chance) : manySuccesses(random, trials, chance);
}

function fewSuccesses(random: Random, trials: number, chance: number): number {
  const odds = chance / (1 - chance);
  let left = random.next();
  let likely = Math.exp(trials * Math.log1p(-chance));
  for (let count = 0; count < trials; count++) {
    if (left < likely) return count;
    left -= likely;
    likely *= (odds * (trials - count)) / (count + 1);
  }
  return trials;
}

function manySuccesses(random: Random, trials: number, chance: number): number {
  const spread = Math.sqrt(trials * chance * (1 - chance));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * chance;
  const centre = trials * chance + 0.5;
  const inside = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(chance / (1 - chance));
  const mode = Math.floor((trials + 1) * chance);
  const atMode = logGamma(mode + 1) + logGamma(trials - mode + 1);
  for (;;) {
    const v = random.next();
    const u = random.next() - 0.5;
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + centre);
    if (edge >= 0.07 && v <= inside) return count;
    if (count < 0 || count > trials) continue;
    const height = Math.log((v * alpha) / (a / (edge * edge) + b));
    if (height <= atMode - logGamma(count + 1) - logGamma(trials - count + 1) + (count - mode) * logOdds) return count;
  }
}

/**
 * Events at a rate: by inversion where few are expected, else by transformed rejection (W. Hoermann, "The transformed rejection
 * method for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993, algorithm PTRS).
 * @param mean at least 0
 */
export function poisson(random: Random, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean < few) {
    let left = random.next();
    let likely = Math.exp(-mean);
    for (let count = 0; count < 1000; count++) {
      if (left < likely) return count;
      left -= likely;
      likely *= mean / (count + 1);
    }
    return Math.round(mean);
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const scale = Math.log(1.1239 + 1.1328 / (b - 3.4));
  const inside = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.next() - 0.5;
    const v = random.next();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= inside) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const height = Math.log(v) + scale - Math.log(a / (edge * edge) + b);
    if (height <= -mean + count * Math.log(mean) - logGamma(count + 1)) return count;
  }
}

/** Standard normal (G. E. P. Box and M. E. Muller, Annals of Mathematical Statistics 29, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/**
 * How many of some fall to each kind: one binomial draw a kind.
 * @param chances of the kinds; only their proportions count
 */
export function multinomial(random: Random, trials: number, chances: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(chances.length);
  let left = trials;
  let rest = 0;
  for (let kind = 0; kind < chances.length; kind++) rest += chances[kind] as number;
  for (let kind = 0; kind < chances.length && left > 0; kind++) {
    const chance = chances[kind] as number;
    const count = kind === chances.length - 1 ? left : binomial(random, left, chance / rest);
    counts[kind] = count;
    left -= count;
    rest -= chance;
  }
  return counts;
}
