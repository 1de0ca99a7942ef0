import type { FeatureSpec } from '../spec/schema.ts';
import { referenceBins } from '../stats/reference-bins.ts';
import { summarise } from '../stats/summary.ts';
import { type MeasuredFeature, measureCounts, measureNumbers, type NumberColumn } from './measures.ts';
import type { Column } from './shifts.ts';

/**
 * Each feature of a sample against a reference, by the measures that people know, from the values themselves. A feature that one
 * side lacks is left out.
 */
export function measureSample(
  reference: Readonly<Record<string, Column>>,
  sample: Readonly<Record<string, Column>>,
  features: Readonly<Record<string, Pick<FeatureSpec, 'type'>>>,
): MeasuredFeature[] {
  return Object.entries(features).flatMap(([feature, { type }]) => {
    const [was, is] = [reference[feature], sample[feature]];
    if (was === undefined || is === undefined) return [];
    if (type === 'category') return [measureTexts(feature, Array.from(was, toText), Array.from(is, toText))];
    return [measureNumbers(feature, numbersOf(was), numbersOf(is))];
  });
}

function measureTexts(feature: string, reference: readonly string[], sample: readonly string[]): MeasuredFeature {
  const [bins] = referenceBins([{ name: feature, type: 'category', values: reference }], []).features;
  if (bins?.type !== 'category') throw new Error(`${feature} is no category.`);
  const places = new Map(bins.values.map((value, i) => [value, i]));
  const counts = bins.counts.map(() => 0);
  for (const value of sample) {
    const place = value === '' ? bins.values.length + 1 : (places.get(value) ?? bins.values.length);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return measureCounts(feature, bins, counts);
}

function numbersOf(column: Column): NumberColumn {
  const values = Float64Array.from(column, (value) =>
    value === null || value === undefined || value === '' ? NaN : Number(value),
  );
  const sorted = values.filter(Number.isFinite).toSorted();
  return { sorted, missing: values.length - sorted.length, summary: summarise(sorted) };
}

const toText = (value: Column[number]) =>
  value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value)) ? '' : String(value);
