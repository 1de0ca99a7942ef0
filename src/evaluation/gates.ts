import type { Bounds, MetricGate, MetricName } from '../spec/evaluation-schema.ts';
import { counted, listed } from '../stats/wording.ts';
import { type Answers, metricsOf } from './answers.ts';
import { compare, higherIsBetter, isProven, proofSentence } from './comparison.ts';
import { countMistakes } from './count-mistakes.ts';
import { againstBound, apart, type GateResult, rounding, show, type StatedInterval } from './gate-result.ts';
import { metricIntervals } from './metric-intervals.ts';

/** Rows with what two versions say of them. */
export interface EvaluatedRows {
  /** 0 or 1, or the value. */
  readonly label: ArrayLike<number>;
  readonly candidate: Answers;
  /** Null where there is no champion; `unfit` where it cannot answer such rows. */
  readonly champion: Answers | 'unfit' | null;
  /** Which rows they are: `held-out rows`, `held-out rows where sex is Female`. */
  readonly on: string;
  /** Whether they are in time order, where neighbours are alike. */
  readonly inOrder: boolean;
}

/**
 * Each bound of each gate against the metrics of candidate and champion on the same rows. Without a champion a comparison passes and
 * says so. `better_than_champion_by` is in points where higher is better, and a share of the champion's own value where lower is;
 * the gain has to reach it, and a gain at all (below 0: a loss of no more than that) has to be proven.
 * @param confidence of a proof, where the gate names none
 */
export async function checkGates(gates: readonly MetricGate[], rows: EvaluatedRows, confidence: number): Promise<GateResult[]> {
  const own = metricsOf(rows.label, rows.candidate);
  const other = rows.champion === null || rows.champion === 'unfit' ? {} : metricsOf(rows.label, rows.champion);
  const results: GateResult[] = [];
  for (const gate of gates) {
    for (const [name, bounds] of Object.entries(gate) as [MetricName, Bounds][]) {
      for (const kind of ['at_least', 'at_most', 'better_than_champion_by'] as const) {
        const bound = bounds[kind];
        if (bound === undefined) continue;
        const value = own[name];
        if (value === undefined) results.push(withoutValue(name, kind, bound, rows));
        else if (kind === 'better_than_champion_by')
          results.push(await against(name, bound, value, other[name], rows, bounds.confidence ?? confidence));
        else {
          const interval = await intervalOf(name, rows, bounds.confidence ?? confidence);
          const whole = bounds.confidence !== undefined;
          const { on } = rows;
          results.push(againstBound({ metric: name, kind, bound, value, interval, whole, rows: rows.label.length, on }));
        }
      }
    }
  }
  return results;
}

export function gatesPassed(results: readonly GateResult[]): boolean {
  return results.every((result) => result.passed);
}

/** Sentences that one sentence may hold. */
const mostTold = 4;

/** What decided: what failed, or where all passed what was compared with the champion and then the rest; no more than can be read aloud. */
export function decisiveSentence(results: readonly GateResult[]): string {
  const passed = gatesPassed(results);
  const decisive = results.filter((result) => result.passed === passed);
  const told = decisive.toSorted((a, b) => Number(b.gain !== undefined) - Number(a.gain !== undefined)).slice(0, mostTold);
  const more = decisive.length - told.length;
  const rest =
    more === 0
      ? []
      : [`${counted(more, 'more gate')} ${passed ? (more === 1 ? 'holds' : 'hold') : more === 1 ? 'fails' : 'fail'}`];
  return [...told.map(({ because }) => because), ...rest].join('; ');
}

async function intervalOf(
  name: MetricName,
  { label, candidate: answers, inOrder }: EvaluatedRows,
  confidence: number,
): Promise<StatedInterval | null> {
  const [interval] = await metricIntervals([name], { label, answers, inOrder, confidence });
  return interval ?? null;
}

function withoutValue(metric: string, kind: string, bound: number, { label, on }: EvaluatedRows): GateResult {
  const because = `${metric} has no value on ${label.length} ${on}`;
  return { gate: `${metric} ${kind} ${bound}`, metric, passed: false, value: null, bound: null, because, rows: label.length, on };
}

async function against(
  metric: MetricName,
  bound: number,
  value: number,
  champion: number | undefined,
  { label, candidate, champion: other, on, inOrder }: EvaluatedRows,
  confidence: number,
): Promise<GateResult> {
  const rows = label.length;
  const result = { gate: `${metric} better_than_champion_by ${bound}`, metric, value, rows, on };
  if (other === null) {
    const because = `${metric} is ${show(value)} on ${rows} ${on}; there is no champion to beat yet`;
    return { ...result, passed: true, bound: null, because };
  }
  if (other === 'unfit' || champion === undefined)
    return {
      ...result,
      passed: false,
      bound: null,
      because: `the champion's ${metric} has no value on ${rows} ${on}${whyNone(metric, label, other)}`,
    };
  const isHigher = higherIsBetter[metric];
  const asked = isHigher ? champion + bound : champion * (1 - bound);
  // Sums such as .7 + .02 must not fail a candidate that is better by exactly the bound.
  const reached = isHigher ? value >= asked - rounding : value <= asked + rounding;
  const margin = Math.min(0, bound);
  const comparison = await compare(metric, label, candidate, other, confidence, inOrder);
  const [is, wanted] = apart(value, asked);
  const by = isHigher
    ? `${show(Math.abs(bound))} ${bound < 0 ? 'below' : 'above'} it`
    : `${show(Math.abs(bound) * 100)} % ${bound < 0 ? 'above' : 'below'} it`;
  const because =
    `${metric} is ${is} against the champion's ${show(champion)} on ${rows} ${on}; ` +
    `at ${isHigher ? 'least' : 'most'} ${wanted}, ${by}, is asked; ${proofSentence(comparison, margin, confidence)}`;
  const { gain, interval, method, p } = comparison;
  return {
    ...result,
    passed: reached && isProven(comparison, margin, confidence),
    bound: asked,
    because,
    gain,
    interval: interval === null ? null : { ...interval, confidence, method },
    ...(p === undefined ? {} : { p }),
  };
}

function whyNone(metric: MetricName, label: ArrayLike<number>, answers: Answers | 'unfit'): string {
  const mistakes = metric === 'poisson_deviance' && answers !== 'unfit' ? countMistakes(label, answers) : [];
  return mistakes.length === 0 ? '' : `: ${listed(mistakes)}`;
}
