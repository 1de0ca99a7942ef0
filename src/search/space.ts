import { Random } from '../training/random.ts';

/** Where a parameter is looked for. */
export type SearchRange =
  | {
      readonly from: number;
      readonly to: number;
      /** log: as many draws between 0.01 and 0.1 as between 0.1 and 1. */
      readonly scale: 'linear' | 'log';
      readonly whole: boolean;
    }
  | { readonly choices: readonly DrawnValue[] };

export type DrawnValue = string | number | boolean;

/** The parameters that are searched, each with its range. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

/** A value of each searched parameter; none of the first trial, which is what pawl.yaml says. */
export type DrawnParams = Readonly<Record<string, DrawnValue>>;

/** Digits of a drawn number: what a person would type again. */
const digits = 4;

/**
 * The parameters of one trial, each drawn by itself and evenly over its range (J. Bergstra and Y. Bengio, "Random search for
 * hyper-parameter optimization", JMLR 13, 2012). They follow from the seed and the trial's number alone.
 * @param again another draw for the same trial, where the one before was a trial already
 */
export function drawParams(space: SearchSpace, seed: number, trial: number, again = 0): DrawnParams {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(trial, 0x85ebca6b) ^ Math.imul(again, 0xc2b2ae35));
  return Object.fromEntries(Object.entries(space).map(([name, range]) => [name, draw(range, random.next())]));
}

/** @param u from 0, below 1 */
function draw(range: SearchRange, u: number): DrawnValue {
  if ('choices' in range) return range.choices[Math.floor(u * range.choices.length)] ?? '';
  const { from, to, scale, whole } = range;
  // Whole numbers are the floors of an interval that is one longer, so that the last has its share.
  const end = whole ? to + 1 : to;
  const value = scale === 'log' ? from * (end / from) ** u : from + (end - from) * u;
  const kept = whole ? Math.floor(value) : Number(value.toPrecision(digits));
  return Math.min(to, Math.max(from, kept));
}
