import type { FeatureSpec } from '../spec/schema.ts';
import { type Bins, categoryBins, countInBins, quantileBins } from '../stats/bins.ts';
import { populationStability } from '../stats/psi.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import type { FeatureShift } from './state.ts';

/** A column as it comes: numbers, booleans or strings; null, undefined or NaN where the value is missing. */
export type Column = ArrayLike<number | bigint | string | boolean | null | undefined>;

/** Rows of the champion's dataset that a comparison reads: the reference, and what came before it to know the usual wander. */
export const acceptedRows = (sample: number) => 10 * sample;

/**
 * Each feature of the recent predictions against the recent accepted rows, in the contract's order. A column that one side
 * lacks altogether is missing in every row there.
 *
 * The reference is the newest `referenceRows` of the accepted rows. The rows before it say how far the feature wanders by
 * itself: samples that follow each other in time are alike (seasons, weekdays), so that a limit for independent rows, such as
 * PSI > 0.2, is passed all the time by columns to which nothing has happened.
 * @param accepted the newest rows of the champion's dataset, oldest first
 * @param sample the recent predictions
 * @param features the contract's features: a number or boolean is binned by quantiles, a category by its values
 */
export function featureShifts(
  accepted: Readonly<Record<string, Column>>,
  sample: Readonly<Record<string, Column>>,
  features: Readonly<Record<string, Pick<FeatureSpec, 'type'>>>,
  referenceRows = Number.POSITIVE_INFINITY,
): FeatureShift[] {
  const [acceptedLength, sampleLength] = [longest(accepted), longest(sample)];
  return Object.entries(features).map(([feature, { type }]) => {
    const before = accepted[feature] ?? new Array<null>(acceptedLength).fill(null);
    const now = sample[feature] ?? new Array<null>(sampleLength).fill(null);
    const shift =
      type === 'category'
        ? shiftOf(Array.from(before, toCategory), Array.from(now, toCategory), referenceRows, categoryBins, null)
        : shiftOf(Array.from(before, toNumber), Array.from(now, toNumber), referenceRows, quantileBins, meanShift);
    return { feature, ...shift };
  });
}

interface MeanShift {
  readonly referenceMean: number | null;
  readonly sampleMean: number | null;
  readonly meanShift: number | null;
}

function shiftOf<Value>(
  accepted: readonly Value[],
  sample: readonly Value[],
  referenceRows: number,
  lay: (reference: readonly Value[]) => Bins<Value>,
  means: ((reference: readonly Value[], sample: readonly Value[]) => MeanShift) | null,
): Omit<FeatureShift, 'feature'> {
  const start = Math.max(0, accepted.length - referenceRows);
  const reference = accepted.slice(start);
  const bins = lay(reference);
  const counts = countInBins(bins, reference);
  const against = (rows: readonly Value[]) => ({
    psi: populationStability(counts, countInBins(bins, rows)),
    ...(means?.(reference, rows) ?? { referenceMean: null, sampleMean: null, meanShift: null }),
  });
  const earlier = stretches(accepted.slice(0, start), sample.length).map(against);
  return {
    ...against(sample),
    usualPsi: Math.max(0, ...earlier.map(({ psi }) => psi)),
    usualMeanShift: Math.max(0, ...earlier.map((shift) => shift.meanShift ?? 0)),
  };
}

/** Whole stretches of `length` rows, side by side, newest first. */
function stretches<Value>(rows: readonly Value[], length: number): (readonly Value[])[] {
  if (length === 0) return [];
  return Array.from({ length: Math.floor(rows.length / length) }, (_, i) =>
    rows.slice(rows.length - (i + 1) * length, rows.length - i * length),
  );
}

function meanShift(reference: readonly number[], sample: readonly number[]): MeanShift {
  const [was, is] = [summarise(reference), summarise(sample)];
  if (was.count === 0 || is.count === 0) return { referenceMean: null, sampleMean: null, meanShift: null };
  return { referenceMean: was.mean, sampleMean: is.mean, meanShift: relativeShift(was.mean, is.mean, standardDeviation(was)) };
}

/** |difference| / max(|mean|, sd). A column that stood still at 0 and now moves has moved by all of itself: 1. */
function relativeShift(was: number, is: number, sd: number): number {
  const difference = Math.abs(is - was);
  const scale = Math.max(Math.abs(was), sd);
  return difference === 0 ? 0 : scale === 0 ? 1 : difference / scale;
}

function longest(columns: Readonly<Record<string, Column>>): number {
  return Math.max(0, ...Object.values(columns).map((column) => column.length));
}

/** Text that is no number, as nothing at all, is missing: the gateway and the contract have let neither through. */
function toNumber(value: Column[number]): number {
  return value === null || value === undefined || value === '' ? Number.NaN : Number(value);
}

function toCategory(value: Column[number]): string | null {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value)) ? null : String(value);
}
