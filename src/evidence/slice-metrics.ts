import type { GateResult, StatedInterval } from '../evaluation/gate-result.ts';

/** A metric on the held-out rows, or on some of them. */
export interface MeasuredMetric {
  readonly metric: string;
  readonly value: number;
  readonly interval: StatedInterval | null;
  readonly rows: number | null;
  /** Which of the held-out rows: `sex is Female`; null for all. */
  readonly slice: string | null;
}

const where = ' where ';

/** What gates of slices measured, each number once. The interval of a comparison is one of the gain, and none of the number. */
export function sliceMetrics(gates: readonly GateResult[]): MeasuredMetric[] {
  const found = new Map<string, MeasuredMetric>();
  for (const { metric, value, interval, gain, rows, on } of gates) {
    const at = on?.indexOf(where) ?? -1;
    if (on === undefined || at < 0 || value === null) continue;
    const slice = on.slice(at + where.length);
    const key = JSON.stringify([metric, slice]);
    const own = gain === undefined ? (interval ?? null) : null;
    if (found.get(key)?.interval == null) found.set(key, { metric, value, interval: own, rows: rows ?? null, slice });
  }
  return [...found.values()];
}
