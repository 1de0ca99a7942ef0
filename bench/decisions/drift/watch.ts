import { beginDrift, type DriftAlarm, observeDrift } from '../../../src/monitoring/drift-detector.ts';
import { type DriftReference, driftReference } from '../../../src/monitoring/drift-reference.ts';

/** Columns of numbers, equally long, in the order of time. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** What a model makes of them. */
export interface Champion {
  /** Of each row. */
  readonly scores: Float64Array;
  readonly importances: Readonly<Record<string, number>>;
  /** Of the rows that it was accepted on, so many, the newest, were held out. */
  readonly unlearned: number;
}

/** Stretches that a reference is put together from: `monitor.sample`. */
const stretch = 1000;

/** The reference of the rows from `from` to `to`. @param champion left out: the score is not watched */
export function referenceOf(columns: Columns, from: number, to: number, champion?: Champion): DriftReference {
  const features = Object.fromEntries(Object.keys(columns).map((name) => [name, { type: 'number' as const }]));
  const scored = champion === undefined ? {} : { ...champion, scores: champion.scores.subarray(from, to) };
  return driftReference(cut(columns, from, to), { features, stretch, ...scored });
}

/**
 * Watches rows until something alarms.
 * @param every rows between looks
 * @returns the row before which it did, and what did; null where nothing did before `to`
 */
export function firstAlarm(
  columns: Columns,
  reference: DriftReference,
  { from, to, every, falseAlarmRows }: { from: number; to: number; every: number; falseAlarmRows: number },
  scores?: Float64Array,
): { readonly row: number; readonly alarms: readonly DriftAlarm[] } | null {
  let state = beginDrift(reference);
  for (let row = from; row < to; row += every) {
    const end = Math.min(to, row + every);
    const at = Float64Array.from({ length: end - row }, (_, i) => row + i);
    const scored = scores === undefined ? {} : { scores: scores.subarray(row, end) };
    const seen = observeDrift(reference, state, { at, columns: cut(columns, row, end), ...scored }, { falseAlarmRows });
    if (seen.alarms.length > 0) return { row: end, alarms: seen.alarms };
    state = seen.state;
  }
  return null;
}

export const cut = (columns: Columns, from: number, to: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(Math.max(0, from), to)]));
