import { normalQuantile } from '../stats/normal.ts';
import type { MonitorPolicy } from './state.ts';

/** What shares `drift.false_alarms`. */
export type Budgeted = 'drift' | 'performance' | 'estimate';

/**
 * Of a model's false alarms, what each part may raise. Drift has many features to divide its own among; an estimate is seldom the
 * first to see anything that drift, or labels, do not.
 */
const parts: Readonly<Record<Budgeted, number>> = { drift: 0.5, performance: 0.4, estimate: 0.1 };

/** Standard deviations to each side of an estimate, at least, as is usual. */
const leastWidth = 3;

/**
 * How long each part that keeps a stated rate goes between its false alarms, on average, ms, so that all of them together go as
 * long as `drift.false_alarms` states: rates add. What goes by fixed limits, or by a detector that states no rate, takes no part,
 * and those that do divide its own; Infinity for it.
 * @param every what `drift.false_alarms` states, ms
 */
export function falseAlarmParts(
  { preset, drift, performance }: Pick<MonitorPolicy, 'preset' | 'drift' | 'performance'>,
  every: number,
): Readonly<Record<Budgeted, number>> {
  const takesPart: Readonly<Record<Budgeted, boolean>> = {
    drift: preset === undefined && drift.by === 'detector',
    performance: preset === undefined && performance.detector === 'e-process',
    estimate: performance.estimate === true,
  };
  const of = (part: Budgeted) => (takesPart[part] ? parts[part] : 0);
  const all = of('drift') + of('performance') + of('estimate');
  const between = (part: Budgeted) => (of(part) === 0 ? Infinity : (every * all) / of(part));
  return { drift: between('drift'), performance: between('performance'), estimate: between('estimate') };
}

/**
 * How many standard deviations an estimate has to be off by, to one side, so that a look each `lookEvery` finds that by chance once
 * in `falseAlarmEvery` on average or less often, however much neighbouring looks see of the same: chances of looks add. At least 3.
 */
export function estimateWidth(falseAlarmEvery: number, lookEvery: number): number {
  const chance = falseAlarmEvery > 0 ? lookEvery / falseAlarmEvery : 1;
  return chance >= 0.5 ? leastWidth : Math.max(leastWidth, normalQuantile(1 - Math.max(1e-15, chance)));
}
