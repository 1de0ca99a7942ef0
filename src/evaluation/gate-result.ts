import { percent } from '../stats/wording.ts';
import type { Interval } from './bootstrap.ts';

/** One bound of one gate, with the number that it was held against. Evidence from before today lacks what is optional. */
export interface GateResult {
  /** `accuracy better_than_champion_by 0.02` */
  readonly gate: string;
  readonly metric: string;
  readonly passed: boolean;
  /** The candidate's; null where the metric has no value on these rows. */
  readonly value: number | null;
  /** What the value was held against. */
  readonly bound: number | null;
  /** A sentence with numbers. */
  readonly because: string;
  /** What the number that decides may really be: the value, or of a comparison the gain over the champion. */
  readonly interval?: StatedInterval | null;
  /** Of a comparison: what the candidate is better by, in points or as a share of the champion's own, and the chance of so much by luck. */
  readonly gain?: number;
  readonly p?: number;
  /** How many rows it was computed on. */
  readonly rows?: number;
  /** Which: `held-out rows where sex is Female`. */
  readonly on?: string;
}

export interface StatedInterval extends Interval {
  /** Of each end. */
  readonly confidence: number;
  /** How it was made, such as `bootstrap (BCa)`. */
  readonly method: string;
}

/** Numbers this close are equal. */
export const rounding = 1e-12;

/** Two numbers with as many decimals as it takes to tell them apart; equal for people's eyes only where nearly equal. */
export function apart(a: number, b: number): [string, string] {
  let decimals = 4;
  while (decimals < 12 && Math.abs(a - b) > rounding && show(a, decimals) === show(b, decimals)) decimals++;
  return [show(a, decimals), show(b, decimals)];
}

export const show = (value: number, decimals = 4) => String(Number(value.toFixed(decimals)));

/** ` (0.66 to 0.74 with 95 % confidence of each end)`; nothing where there is no interval. */
export function between(interval: StatedInterval | null): string {
  if (interval === null) return '';
  return ` (${show(interval.low)} to ${show(interval.high)}, each end with ${percent(interval.confidence)} confidence)`;
}

/**
 * A number against a bound. Where the bound states a confidence the whole interval has to meet it, else the number alone.
 * @param name what the number is, as the sentence begins: `auc`
 * @param wide its interval; null where it has none, which then does not meet a bound that asks for one
 */
export function againstBound(input: {
  metric: string;
  name?: string;
  kind: 'at_least' | 'at_most';
  bound: number;
  value: number;
  interval: StatedInterval | null;
  whole: boolean;
  rows: number;
  on: string;
}): GateResult {
  const { metric, kind, bound, value, interval, whole, rows, on, name = metric } = input;
  const decisive = whole ? (interval?.[kind === 'at_least' ? 'low' : 'high'] ?? NaN) : value;
  const passed = kind === 'at_least' ? decisive >= bound - rounding : decisive <= bound + rounding;
  const [is, asked] = apart(value, bound);
  const said = `at ${kind === 'at_least' ? 'least' : 'most'} ${asked} is asked${whole ? ' of the whole interval' : ''}`;
  return {
    gate: `${name} ${kind} ${bound}`,
    metric,
    passed,
    value,
    bound,
    because: `${name} is ${is}${between(interval)} on ${rows} ${on}, ${said}`,
    interval,
    rows,
    on,
  };
}

/** Names that a sentence may hold; a column may have thousands of values. */
const mostNamed = 5;

/** `a, b, c`, and `and 12 more` where there are many. */
export function firstOf(names: readonly string[]): string {
  const told = names.slice(0, mostNamed).join(', ');
  return names.length > mostNamed ? `${told} and ${names.length - mostNamed} more` : told;
}
