import { type MeasuredFeature, measureCounts, measureNumbers } from '../monitoring/measures.ts';
import type { FeatureSpec } from '../spec/schema.ts';
import { binsOfFrequencies, binsOfSorted, countFrequencies, type FeatureBins } from '../stats/reference-bins.ts';
import { countNumbers } from '../stats/count-numbers.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summariseAll } from '../stats/summary.ts';
import type { Duck } from './duckdb.ts';
import { identifier, withDuck } from './duckdb.ts';
import { measurable, measuredTable, type MeasuredTable } from './measured-table.ts';
import { readNumbers } from './read-numbers.ts';

/** Columns of numbers that are in memory at once, of both files: 16 bytes a row each, and as much again while they are sorted. */
const columnsAtOnce = 8;

/**
 * The features of one file measured against those of another, in the order of `features`; those that neither has are left out.
 * @param paths CSV or Parquet: local files, folders or globs
 * @param options.exact numbers by their values; otherwise the sample only by its counts over the bins of the reference, as
 * gateways keep it: what is then bounded or estimated, `measureCounts` says
 * @throws FinalError PAWL_USAGE_INVALID where a file is not there or lacks a column that the other has, PAWL_SOURCE_UNREADABLE
 */
export function measureFiles(
  paths: { readonly reference: string; readonly sample: string },
  features: Readonly<Record<string, Pick<FeatureSpec, 'type'>>>,
  { exact, signal }: { readonly exact: boolean; readonly signal?: AbortSignal },
): Promise<MeasuredFeature[]> {
  return withDuck(signal, async (duck) => {
    const reference = await measuredTable(duck, paths.reference, features);
    const sample = await measuredTable(duck, paths.sample, features);
    const found = new Map<string, MeasuredFeature>();
    const names = measurable(
      Object.keys(features),
      { path: paths.reference, columns: reference.columns },
      { path: paths.sample, columns: sample.columns },
    );
    const numbers = names.filter((name) => features[name]?.type === 'number');
    for (let i = 0; i < numbers.length; i += columnsAtOnce) {
      const group = numbers.slice(i, i + columnsAtOnce);
      const before = await readNumbers(duck, reference.table, group, reference.rows);
      const now = await readNumbers(duck, sample.table, group, sample.rows);
      for (const [at, name] of group.entries()) {
        found.set(name, measure(name, before[at] ?? new Float64Array(), now[at] ?? new Float64Array(), exact));
        duck.throwIfAborted();
      }
    }
    for (const name of names) {
      const type = features[name]?.type;
      if (type === undefined || type === 'number') continue;
      const [before, now] = [await frequencies(duck, reference, name), await frequencies(duck, sample, name)];
      found.set(name, type === 'category' ? measureCategories(name, before, now) : measureBooleans(name, before, now));
    }
    return names.flatMap((name) => found.get(name) ?? []);
  });
}

function measure(name: string, reference: Float64Array, sample: Float64Array, exact: boolean): MeasuredFeature {
  if (exact) return measureNumbers(name, columnOf(reference), columnOf(sample));
  const sorted = sortedNumbers(reference);
  const bins = binsOfSorted(sorted, reference.length - sorted.length);
  return measureCounts(name, bins, countNumbers(bins.edges, sample));
}

function columnOf(values: Float64Array) {
  const sorted = sortedNumbers(values);
  return { sorted, missing: values.length - sorted.length, summary: summariseAll(sorted) };
}

/** Rows by value of a category or boolean, '' where it is missing. */
async function frequencies(duck: Duck, { table }: MeasuredTable, name: string): Promise<Map<string, number>> {
  const value = `coalesce(CAST(${identifier(name)} AS VARCHAR), '')`;
  const rows = await duck.rows<{ value: string; count: number }>(
    `SELECT ${value} AS value, count(*) AS count FROM ${table} GROUP BY ALL`,
  );
  return new Map(rows.map(({ value, count }) => [value, count]));
}

function measureCategories(name: string, reference: Map<string, number>, sample: Map<string, number>): MeasuredFeature {
  const bins = binsOfFrequencies(reference);
  return measureCounts(name, bins, countFrequencies(bins.values, sample));
}

function measureBooleans(name: string, reference: Map<string, number>, sample: Map<string, number>): MeasuredFeature {
  const counts = (frequency: Map<string, number>) => ['false', 'true', ''].map((value) => frequency.get(value) ?? 0);
  const bins: FeatureBins = { type: 'boolean', counts: counts(reference) };
  return measureCounts(name, bins, counts(sample));
}
