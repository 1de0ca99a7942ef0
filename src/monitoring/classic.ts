import { counted, listed } from '../stats/wording.ts';
import { type ClassicBreach, classicDrift, type MeanStreaks } from './classic-rules.ts';
import type { MeasuredFeature } from './measures.ts';
import type { Finding } from './state.ts';

/** What `preset: classic` carries from tick to tick. Plain JSON. */
export interface ClassicMemory {
  readonly streaks: MeanStreaks;
  /** When the newest prediction of the last batch was made, ms since 1970: the next batch begins behind it. */
  readonly upTo: number;
  /** What the last batch showed; it stands until the next. */
  readonly drift: Finding | null;
}

/** Limits named in one sentence. */
const most = 5;

/** A batch is as long as the sample and shares no prediction with the last one: rules on batches in a row take them for new. */
export function isNewBatch(before: ClassicMemory | null, oldest: number): boolean {
  return before === null || oldest > before.upTo;
}

/** The memory after one more batch. */
export function classicBatch(
  before: ClassicMemory | null,
  measured: readonly MeasuredFeature[],
  importance: Readonly<Record<string, number>>,
  upTo: number,
): ClassicMemory {
  const known = Object.keys(importance).length > 0;
  const { breaches, streaks } = classicDrift(measured, before?.streaks ?? {}, ...(known ? [importance] : []));
  return { streaks, upTo, drift: classicFinding(breaches) };
}

/** All limits that are passed, as one finding; null where none is. */
export function classicFinding(breaches: readonly ClassicBreach[]): Finding | null {
  if (breaches.length === 0) return null;
  const said = breaches.slice(0, most).map(({ because }) => because);
  const rest = breaches.length - said.length;
  return {
    because: `${counted(breaches.length, 'classic limit')} ${breaches.length === 1 ? 'is' : 'are'} passed: ${listed(rest === 0 ? said : [...said, `${rest} more`])}`,
    features: [...new Set(breaches.flatMap(({ feature }) => (feature === null ? [] : [feature])))],
  };
}
