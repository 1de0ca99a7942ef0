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
  if (kind === 'at_least')
    return result(value >= bound, bound, `${metric} is ${show(value)} ${on}, at least ${show(bound)} is asked`);
  if (kind === 'at_most')
    return result(value <= bound, bound, `${metric} is ${show(value)} ${on}, at most ${show(bound)} is asked`);
  if (input.champion === null) return result(true, null, `${metric} is ${show(value)} ${on}; there is no champion to beat yet`);
  const champion = input.champion[metric];
  if (champion === undefined) return result(false, null, `the champion's ${metric} has no value ${on}`);
  const against = higher[metric] ? champion + bound : champion * (1 - bound);
  // Sums such as .7 + .02 must not fail a candidate that is better by exactly the bound.
  const passed = higher[metric] ? value >= against - 1e-12 : value <= against + 1e-12;
  const margin = higher[metric] ? `${show(bound)} better` : `${show(bound * 100)} % lower`;
  return result(
    passed,
    against,
    `${metric} is ${show(value)} against the champion's ${show(champion)} ${on}, ${margin} is asked`,
  );
}

const show = (value: number) => String(Number(value.toFixed(4)));
