import type { FeatureSpec } from '../spec/schema.ts';
import { type Bins, categoryBins, countInBins, quantileBins } from '../stats/bins.ts';
import { populationStability } from '../stats/psi.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import type { FeatureShift } from './state.ts';

/** A column as it comes: numbers, booleans or strings; null, undefined or NaN where the value is missing. */
export type Column = ArrayLike<number | bigint | string | boolean | null | undefined>;

/**
 * Each feature of the recent predictions against the recent accepted rows, in the contract's order. A column that one side
 * lacks altogether is missing in every row there.
 * @param features the contract's features: a number or boolean is binned by quantiles, a category by its values
 */
export function featureShifts(
  reference: Readonly<Record<string, Column>>,
  sample: Readonly<Record<string, Column>>,
  features: Readonly<Record<string, Pick<FeatureSpec, 'type'>>>,
): FeatureShift[] {
  const [referenceRows, sampleRows] = [longest(reference), longest(sample)];
  return Object.entries(features).map(([feature, { type }]) => {
    const before = reference[feature] ?? new Array<null>(referenceRows).fill(null);
    const now = sample[feature] ?? new Array<null>(sampleRows).fill(null);
    return type === 'category' ? categoryShift(feature, before, now) : numberShift(feature, before, now);
  });
}

function numberShift(feature: string, reference: Column, sample: Column): FeatureShift {
  const [before, now] = [Array.from(reference, toNumber), Array.from(sample, toNumber)];
  const [was, is] = [summarise(before), summarise(now)];
  const known = was.count > 0 && is.count > 0;
  return {
    feature,
    psi: stability(quantileBins(before), before, now),
    referenceMean: known ? was.mean : null,
    sampleMean: known ? is.mean : null,
    meanShift: known ? relativeShift(was.mean, is.mean, standardDeviation(was)) : null,
  };
}

function categoryShift(feature: string, reference: Column, sample: Column): FeatureShift {
  const [before, now] = [Array.from(reference, toCategory), Array.from(sample, toCategory)];
  return {
    feature,
    psi: stability(categoryBins(before), before, now),
    referenceMean: null,
    sampleMean: null,
    meanShift: null,
  };
}

function stability<Value>(bins: Bins<Value>, before: readonly Value[], now: readonly Value[]): number {
  return populationStability(countInBins(bins, before), countInBins(bins, now));
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
