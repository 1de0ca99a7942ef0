import type { FeatureSpec } from '../spec/schema.ts';
import { histogram, quantileBounds } from '../stats/bins.ts';
import { moments } from '../stats/moments.ts';
import { psi } from '../stats/psi.ts';
import type { FeatureShift } from './state.ts';

/** Bins of a numeric feature's PSI; ten is the field's custom. */
const bins = 10;

/** A column as it comes: numbers, booleans or strings, null or NaN where the value is missing. */
export type Column = ArrayLike<number | string | boolean | null | undefined>;

/** Each feature of the recent predictions against the recent accepted rows. */
export function featureShifts(
  reference: Readonly<Record<string, Column>>,
  sample: Readonly<Record<string, Column>>,
  features: Readonly<Record<string, FeatureSpec>>,
): FeatureShift[] {
  return Object.entries(features).map(([feature, { type }]) => {
    const [before, now] = [reference[feature] ?? [], sample[feature] ?? []];
    return type === 'category' ? categoryShift(feature, before, now) : numberShift(feature, before, now);
  });
}

function numberShift(feature: string, reference: Column, sample: Column): FeatureShift {
  const [before, now] = [toNumbers(reference), toNumbers(sample)];
  const bounds = quantileBounds(before, bins);
  const [was, is] = [moments(before), moments(now)];
  const scale = Math.max(Math.abs(was.mean), was.sd);
  const difference = Math.abs(is.mean - was.mean);
  const known = was.count > 0 && is.count > 0;
  return {
    feature,
    psi: psi(histogram(before, bounds), histogram(now, bounds)),
    referenceMean: known ? was.mean : null,
    sampleMean: known ? is.mean : null,
    meanShift: known ? (difference === 0 ? 0 : scale === 0 ? Number.MAX_VALUE : difference / scale) : null,
  };
}

function categoryShift(feature: string, reference: Column, sample: Column): FeatureShift {
  const counts = new Map<string, [number, number]>();
  const count = (column: Column, side: 0 | 1) => {
    for (let i = 0; i < column.length; i++) {
      // A missing value is a category of its own; the mark cannot be confused with a value.
      const value = column[i] === null || column[i] === undefined ? '\0missing' : String(column[i]);
      const pair = counts.get(value) ?? [0, 0];
      pair[side]++;
      counts.set(value, pair);
    }
  };
  count(reference, 0);
  count(sample, 1);
  const pairs = [...counts.values()];
  return {
    feature,
    psi: psi(
      pairs.map((pair) => pair[0]),
      pairs.map((pair) => pair[1]),
    ),
    referenceMean: null,
    sampleMean: null,
    meanShift: null,
  };
}

function toNumbers(column: Column): Float64Array {
  const numbers = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    numbers[i] = value === null || value === undefined ? NaN : Number(value);
  }
  return numbers;
}
