import type { Gate, MetricName } from '../spec/schema.ts';

/** Which way each metric is better. Written out, not taken from the schema, because workflow code may look at gates. */
const higher: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  auc: true,
  f1: true,
  precision: true,
  recall: true,
  r2: true,
  log_loss: false,
  brier: false,
  ece: false,
  mae: false,
  rmse: false,
};

/** Metrics this close are equal. */
const rounding = 1e-12;

/** One bound of one gate, with the number that it was held against. */
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
}

/**
 * Each bound of each gate against the metrics of candidate and champion on the same rows. Without a champion a comparison
 * passes and says so. `better_than_champion_by` is in points where higher is better, and a share of the champion's own value
 * where lower is.
 */
export function checkGates(input: {
  gates: readonly Gate[];
  candidate: Readonly<Record<string, number>>;
  champion: Readonly<Record<string, number>> | null;
  rows: number;
}): GateResult[] {
  return input.gates.flatMap((gate) =>
    Object.entries(gate).flatMap(([metric, bounds]) =>
      Object.entries(bounds ?? {}).flatMap(([kind, bound]) =>
        bound === undefined ? [] : [check(metric as MetricName, kind, bound, input)],
      ),
    ),
  );
}

export function gatesPassed(results: readonly GateResult[]): boolean {
  return results.every((result) => result.passed);
}

function check(metric: MetricName, kind: string, bound: number, input: Parameters<typeof checkGates>[0]): GateResult {
  const value = input.candidate[metric];
  const gate = `${metric} ${kind} ${bound}`;
  const on = `on ${input.rows} held-out rows`;
  const result = (passed: boolean, against: number | null, because: string): GateResult => ({
    gate,
    metric,
    passed,
    value: value ?? null,
    bound: against,
    because,
  });
  if (value === undefined) return result(false, null, `${metric} has no value ${on}`);
  if (kind !== 'better_than_champion_by') {
    const [is, asked] = apart(value, bound);
    const atLeast = kind === 'at_least';
    const because = `${metric} is ${is} ${on}, at ${atLeast ? 'least' : 'most'} ${asked} is asked`;
    return result(atLeast ? value >= bound : value <= bound, bound, because);
  }
  if (input.champion === null) return result(true, null, `${metric} is ${show(value)} ${on}; there is no champion to beat yet`);
  const champion = input.champion[metric];
  if (champion === undefined) return result(false, null, `the champion's ${metric} has no value ${on}`);
  const against = higher[metric] ? champion + bound : champion * (1 - bound);
  // Sums such as .7 + .02 must not fail a candidate that is better by exactly the bound.
  const passed = higher[metric] ? value >= against - rounding : value <= against + rounding;
  const [is, asked] = apart(value, against);
  const margin = higher[metric]
    ? `${show(Math.abs(bound))} ${bound < 0 ? 'below' : 'above'} it`
    : `${show(Math.abs(bound) * 100)} % ${bound < 0 ? 'above' : 'below'} it`;
  const because =
    `${metric} is ${is} against the champion's ${show(champion)} ${on}; ` +
    `at ${higher[metric] ? 'least' : 'most'} ${asked}, ${margin}, is asked`;
  return result(passed, against, because);
}

/** Two numbers with as many decimals as it takes to tell them apart; equal for people's eyes only where nearly equal. */
function apart(a: number, b: number): [string, string] {
  let decimals = 4;
  while (decimals < 12 && Math.abs(a - b) > rounding && show(a, decimals) === show(b, decimals)) decimals++;
  return [show(a, decimals), show(b, decimals)];
}

const show = (value: number, decimals = 4) => String(Number(value.toFixed(decimals)));
