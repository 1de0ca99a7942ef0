import { firstAbove, sortedNumbers } from './sorted-numbers.ts';

/**
 * Fixed bins for the features and the score of one version, laid once over reference rows. Serving counts every row in them, so
 * that counts add over processes and time and a later sample is compared with the reference without its rows.
 *
 * A feature's bins are numbered from 0; the last one always holds the missing values. The bins of all features in the order of
 * `features`, one feature after the other, are the flat counts of a window.
 */
export interface ReferenceBins {
  readonly format: 1;
  /** Reference rows. */
  readonly rows: number;
  /** In the order of the version's signature. */
  readonly features: readonly (FeatureBins & { readonly name: string })[];
  readonly score: NumberBins;
}

export type FeatureBins = NumberBins | BooleanBins | CategoryBins;

/** Bin i holds (edges[i-1], edges[i]], the one after the last edge all that is greater, and the next one what is missing (NaN). */
export interface NumberBins {
  readonly type: 'number';
  /** Ascending. */
  readonly edges: readonly number[];
  /** Reference rows in each bin. */
  readonly counts: readonly number[];
}

/** Bin 0 false, 1 true, 2 missing. */
export interface BooleanBins {
  readonly type: 'boolean';
  readonly counts: readonly number[];
}

/** Bin i holds values[i], the next one all other categories, and the one after it what is missing (''). */
export interface CategoryBins {
  readonly type: 'category';
  /** Most frequent first. */
  readonly values: readonly string[];
  readonly counts: readonly number[];
}

/** A feature of the reference rows as the model takes it: a missing number or boolean is NaN, a missing category ''. */
export type ReferenceColumn =
  | { readonly name: string; readonly type: 'number' | 'boolean'; readonly values: ArrayLike<number> }
  | { readonly name: string; readonly type: 'category'; readonly values: ArrayLike<string> };

/** Ranges of about equally many rows that a column of numbers is cut into. */
const ranges = 20;
/** Categories with a bin of their own. */
const mostCategories = 50;

/**
 * The bins of a version.
 * @param columns the reference rows by feature, in the order of the version's signature
 * @param scores the version's own scores of these rows
 */
export function referenceBins(columns: readonly ReferenceColumn[], scores: ArrayLike<number>): ReferenceBins {
  return {
    format: 1,
    rows: scores.length,
    features: columns.map((column) => ({ name: column.name, ...binsOf(column) })),
    score: numberBins(scores),
  };
}

/** How many bins a feature, or the score, has. */
export function binCount(bins: FeatureBins): number {
  if (bins.type === 'boolean') return 3;
  return bins.type === 'number' ? bins.edges.length + 2 : bins.values.length + 2;
}

/** Where each feature's bins begin in the flat counts of a window; one more entry is their number. */
export function featureOffsets(reference: ReferenceBins): number[] {
  const offsets = [0];
  for (const feature of reference.features) offsets.push((offsets.at(-1) ?? 0) + binCount(feature));
  return offsets;
}

function binsOf(column: ReferenceColumn): FeatureBins {
  if (column.type === 'category') return categoryBins(column.values);
  return column.type === 'number' ? numberBins(column.values) : booleanBins(column.values);
}

/**
 * Up to 20 ranges of about equally many rows. A value that fills a whole range by itself (a constant, a frequent zero) is cut out
 * of its neighbours on both sides: when a column that stood still begins to move, each row of it counts in a bin that was empty.
 * At most 42 bins.
 */
function numberBins(values: ArrayLike<number>): NumberBins {
  const present = sortedNumbers(values);
  return binsOfSorted(present, values.length - present.length);
}

/** The bins of a column of numbers. @param sorted the values that are there, ascending @param missing how many are not */
export function binsOfSorted(sorted: Float64Array, missing: number): NumberBins {
  const frequent = frequentRuns(sorted);
  const rest = sorted.length - frequent.reduce((sum, [from, to]) => sum + to - from, 0);
  /** The i-th of the values that are not frequent. */
  const restAt = (i: number) => {
    let at = i;
    for (const [from, to] of frequent) if (from <= at) at += to - from;
    return sorted[at] ?? NaN;
  };
  const wanted = Math.max(1, Math.round((ranges * rest) / Math.max(1, sorted.length)));
  const cuts = new Set<number>();
  for (const [from] of frequent) {
    const value = sorted[from] ?? NaN;
    cuts.add(value - margin(value)).add(value + margin(value));
  }
  for (let i = 1; rest > 0 && i < wanted; i++) {
    const cut = restAt(Math.ceil((i * rest) / wanted) - 1);
    if (cut !== restAt(rest - 1)) cuts.add(cut + margin(cut));
  }
  const edges = [...cuts].toSorted((a, b) => a - b);
  return { type: 'number', edges, counts: countSorted(edges, sorted, missing) };
}

/** Rows in each bin of these edges. @param sorted the values that are there, ascending @param missing how many are not */
export function countSorted(edges: readonly number[], sorted: Float64Array, missing: number): number[] {
  const upTo = edges.map((edge) => firstAbove(sorted, edge));
  return [...upTo, sorted.length].map((end, bin) => end - (upTo[bin - 1] ?? 0)).concat(missing);
}

/**
 * An edge lies four roundings to float32 beside the value it is made from. Tensors and graphs carry float32, JSON carries
 * float64, and a sum may be rounded otherwise on another processor: the same value falls into the same bin each time.
 */
function margin(value: number): number {
  return Math.max(Math.abs(value) * 2 ** -22, 1e-30);
}

/** Where the values are, [from, to), that fill at least one in twenty of the sorted rows. */
function frequentRuns(sorted: Float64Array): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if ((to - from) * ranges >= sorted.length) runs.push([from, to]);
    from = to;
  }
  return runs;
}

/** That of the first edge which is not below the value; NaN is in the bin after the last. */
export function binOfNumber(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1 is true, 0 is false, anything else is missing. */
export function binOfBoolean(value: number): number {
  return value === 1 ? 1 : value === 0 ? 0 : 2;
}

function booleanBins(values: ArrayLike<number>): BooleanBins {
  const counts = [0, 0, 0];
  for (let i = 0; i < values.length; i++) add(counts, binOfBoolean(values[i] ?? NaN));
  return { type: 'boolean', counts };
}

function categoryBins(values: ArrayLike<string>): CategoryBins {
  const frequency = new Map<string, number>();
  for (let i = 0; i < values.length; i++) frequency.set(values[i] ?? '', (frequency.get(values[i] ?? '') ?? 0) + 1);
  return binsOfFrequencies(frequency);
}

/** The bins of a column of categories. @param frequency rows by category, '' where it is missing */
export function binsOfFrequencies(frequency: ReadonlyMap<string, number>): CategoryBins {
  const ordered = [...frequency].filter(([value]) => value !== '').toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const values = ordered.slice(0, mostCategories).map(([value]) => value);
  return { type: 'category', values, counts: countFrequencies(values, frequency) };
}

/** Rows in each bin of these categories. @param frequency rows by category, '' where it is missing */
export function countFrequencies(values: readonly string[], frequency: ReadonlyMap<string, number>): number[] {
  const own = values.map((value) => frequency.get(value) ?? 0);
  const missing = frequency.get('') ?? 0;
  const all = [...frequency.values()].reduce((sum, count) => sum + count, 0);
  return [...own, all - missing - own.reduce((sum, count) => sum + count, 0), missing];
}

function add(counts: number[], bin: number): void {
  counts[bin] = (counts[bin] ?? 0) + 1;
}
