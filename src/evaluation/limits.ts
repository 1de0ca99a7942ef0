import type { Gate } from '../spec/evaluation-schema.ts';
import { figure, percent } from '../stats/wording.ts';
import type { Interval } from './bootstrap.ts';
import { againstBound, type GateResult, show } from './gate-result.ts';

/** What a version costs those who serve it. */
export interface Costs {
  /** Of the artifact. */
  readonly bytes: number;
  /** ms of rows scored one by one; null where no gate asks. */
  readonly latencies: Float64Array | null;
  /** The champion's, measured in turns with the candidate's. Null without a champion, or where it is an endpoint elsewhere. */
  readonly championLatencies: Float64Array | null;
}

const tail = 0.99;

/** The gates on latency and size. @param confidence of each end of an interval */
export function checkLimits(gates: readonly Gate[], costs: Costs, confidence: number): GateResult[] {
  return gates.flatMap(({ latency, size }) => [
    ...(latency === undefined ? [] : checkLatency(latency, costs, confidence)),
    ...(size === undefined ? [] : [checkSize(size.at_most, costs.bytes)]),
  ]);
}

function checkSize(bound: number, bytes: number): GateResult {
  const because = `the artifact has ${figure(bytes / 1e6)} MB, at most ${figure(bound / 1e6)} MB is asked`;
  return { gate: `size at_most ${bound}`, metric: 'size', passed: bytes <= bound, value: bytes, bound, because, interval: null };
}

function checkLatency(
  { p99, above_champion_by: above }: NonNullable<Gate['latency']>,
  { latencies, championLatencies }: Costs,
  confidence: number,
): GateResult[] {
  if (latencies === null) return [];
  const on = 'held-out rows scored one by one';
  const rows = latencies.length;
  const value = quantileOf(latencies);
  const interval = quantileInterval(latencies, tail, confidence);
  const stated = { ...interval, confidence, method: 'order statistics' };
  const shared = { metric: 'latency', value, interval: stated, rows, on };
  const results: GateResult[] = [];
  if (p99 !== undefined)
    results.push(againstBound({ ...shared, name: 'p99 of the latency in ms', kind: 'at_most', bound: p99, whole: false }));
  if (above === undefined) return results;
  const gate = `latency above_champion_by ${above}`;
  const is = `p99 is ${show(value)} ms (${show(interval.low)} to ${show(interval.high)}) of ${rows} ${on}`;
  if (championLatencies === null)
    return [
      ...results,
      { ...shared, gate, passed: true, bound: null, because: `${is}; there is no champion to measure beside it` },
    ];
  const champion = quantileOf(championLatencies);
  const ends = quantileInterval(championLatencies, tail, confidence);
  const bound = champion * (1 + above);
  // Other work on the machine makes tails wander: slower than allowed is only what the intervals tell apart.
  const passed = value <= bound || interval.low <= ends.high * (1 + above);
  const because =
    `${is} against the champion's ${show(champion)} ms (${show(ends.low)} to ${show(ends.high)}), ` +
    `each end with ${percent(confidence)} confidence; at most ${percent(above)} above it is asked` +
    (value > bound && passed ? ', and these intervals do not tell it apart from that' : '');
  return [...results, { ...shared, gate, passed, bound, because }];
}

/** The smallest value that at least 99 % do not exceed. */
const quantileOf = (values: Float64Array) => values.toSorted()[Math.max(0, Math.ceil(tail * values.length) - 1)] ?? NaN;

/**
 * The interval of a quantile by order statistics, free of any distribution (W. Conover, "Practical Nonparametric Statistics", 3rd ed.,
 * 1999, section 3.2; SciPy's quantile_test). An end that the values do not reach is 0 or infinite. @param confidence of each end
 */
export function quantileInterval(values: Float64Array, share: number, confidence: number): Interval {
  const sorted = values.toSorted();
  const rows = sorted.length;
  let [low, high] = [0, Infinity];
  let chance = (1 - share) ** rows;
  let below = 0;
  // `below`: the chance that fewer than `rank` of so many values lie under the quantile.
  for (let rank = 1; rank <= rows; rank++) {
    below += chance;
    chance = logScaled(rows, rank, share);
    if (below <= 1 - confidence) low = sorted[rank - 1] ?? low;
    if (below >= confidence) {
      high = sorted[rank - 1] ?? high;
      break;
    }
  }
  return { low, high };
}

/** The chance of `hits` in so many trials, each with the chance `share`. */
function logScaled(trials: number, hits: number, share: number): number {
  let log = 0;
  for (let k = 1; k <= Math.min(hits, trials - hits); k++) log += Math.log((trials - k + 1) / k);
  return Math.exp(log + hits * Math.log(share) + (trials - hits) * Math.log(1 - share));
}
