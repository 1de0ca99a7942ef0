import { batchMeansTime } from '../stats/batch-means.ts';
import { ksStatistic } from '../stats/kolmogorov-smirnov.ts';
import { binCount, type FeatureBins, type ReferenceColumn, referenceBins } from '../stats/reference-bins.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summarise } from '../stats/summary.ts';
import { binOf, distributionFunctions } from './drift-functions.ts';
import type { Column } from './shifts.ts';

/** What a stream of rows is compared with: one entry for each feature, one for the score, and of many classes one for those predicted. Plain JSON. */
export interface DriftReference {
  readonly format: 1;
  readonly columns: readonly DriftColumn[];
}

export interface DriftColumn {
  readonly name: string;
  readonly of: 'feature' | 'score' | 'prediction';
  /** Its share of the model's false alarms; those of all columns add up to 1. */
  readonly weight: number;
  /** Laid over the reference rows, with their counts. */
  readonly bins: FeatureBins;
  /** Of the numbers that are there; null of other types. */
  readonly mean: number | null;
  /** Reference rows that are worth one independent row: of what is there, and of whether it is. */
  readonly correlation: { readonly values: number; readonly missing: number };
}

export interface ReferenceOptions {
  /** The contract's features. */
  readonly features: Readonly<Record<string, { readonly type: 'number' | 'boolean' | 'category' }>>;
  /** The version's own scores of the accepted rows, in their order. Left out where there are none. */
  readonly scores?: ArrayLike<number>;
  /** Three classes or more: those that the version predicts of the accepted rows, in their order. */
  readonly predictions?: readonly string[];
  /**
   * So many of them, the newest, are of rows that the version has not learned from: those say how scores are distributed. Of rows that
   * it has learned from it is too sure; but as they are many more, they say how alike neighbouring scores are. Left out: all of them.
   */
  readonly unlearned?: number;
  /** By feature, as the trainer tells them; left out: all alike. */
  readonly importances?: Readonly<Record<string, number>>;
  /** Rows of one stretch: the newest one is always part of the reference. */
  readonly stretch: number;
}

/** What the mix of predicted classes is called among the columns. */
export const predictedClass = 'predicted class';

/** What a version answers is one column among the features, and the one that all of them can move: of many classes two, its score and its class. */
const scoreShare = 0.2;
/** Of what the features share, as much goes to each of them alike: one that the model hardly uses may break all the same. */
const alike = 0.5;
/** An earlier stretch is no part of the reference where its distribution is this far (KS) from that of the newest one. */
const farApart = 0.5;

/**
 * The reference of a version, from the rows that it was accepted on.
 *
 * Each column has its own: the newest stretch, and the earlier ones back to where the column was another one altogether, so that
 * what has changed before a release is not found again after it. All of the rows in between say how alike neighbouring rows are.
 * @param accepted the newest accepted rows by feature, oldest first; what is absent is missing in every row
 */
export function driftReference(accepted: Readonly<Record<string, Column>>, options: ReferenceOptions): DriftReference {
  const { features, importances, stretch, unlearned = options.scores?.length ?? 0 } = options;
  const scores = unlearned > 0 ? options.scores : undefined;
  const rows = Math.max(scores?.length ?? 0, ...Object.values(accepted).map((column) => column.length));
  const names = Object.keys(features);
  const known = names.reduce((sum, name) => sum + (importances?.[name] ?? 0), 0);
  const forFeatures = scores === undefined ? 1 : 1 - scoreShare;
  const columns = names.map((name): DriftColumn => {
    const importance = known > 0 ? (importances?.[name] ?? 0) / known : 1 / names.length;
    const weight = forFeatures * (alike / names.length + (1 - alike) * importance);
    const column = accepted[name] ?? new Array<null>(rows).fill(null);
    return { name, of: 'feature', weight, ...referenceOf(features[name]?.type ?? 'number', column, stretch) };
  });
  if (scores === undefined) return { format: 1, columns };
  const { predictions } = options;
  const weight = (names.length === 0 ? 1 : scoreShare) / (predictions === undefined ? 1 : 2);
  const score = referenceOfAnswers('number', Array.from(scores), unlearned, stretch);
  const mix = predictions && referenceOfAnswers('category', predictions, unlearned, stretch);
  return {
    format: 1,
    columns: [
      ...columns,
      ...(mix === undefined ? [] : [{ name: predictedClass, of: 'prediction' as const, weight, ...mix }]),
      { name: 'score', of: 'score', weight, ...score },
    ],
  };
}

/** A week held out knows nothing of how weeks differ: rows that were learned from do. */
function referenceOfAnswers(
  type: 'number' | 'category',
  answers: readonly number[] | readonly string[],
  unlearned: number,
  stretch: number,
) {
  const [all, own] = [answers, answers.slice(-unlearned)].map((values) => referenceOf(type, values, stretch));
  if (all === undefined || own === undefined) throw new RangeError('Two references were asked for.');
  const alike = (of: keyof DriftColumn['correlation']) => Math.max(all.correlation[of], own.correlation[of]);
  return { ...own, correlation: { values: alike('values'), missing: alike('missing') } };
}

function referenceOf(type: FeatureBins['type'], column: Column, stretch: number) {
  if (type === 'category') {
    const all = Array.from(column, toText);
    const values = all.slice(homogeneousFrom(all, stretch));
    return { ...binned({ name: '', type, values }), mean: null };
  }
  const all = Float64Array.from(Array.from(column, toNumber));
  const values = all.subarray(homogeneousFrom(all, stretch));
  const { count, mean } = summarise(values);
  return { ...binned({ name: '', type, values }), mean: count === 0 ? null : mean };
}

/** The bins of the reference rows, and how alike neighbouring ones are. */
function binned(column: ReferenceColumn): Pick<DriftColumn, 'bins' | 'correlation'> {
  const bins = referenceBins([column], []).features[0];
  if (bins === undefined) throw new RangeError('A column has bins.');
  const { name: _, ...own } = bins;
  const places = Array.from<number | string, number>(column.values, (value) => binOf(own, value));
  const missing = binCount(own) - 1;
  const present = places.filter((bin) => bin !== missing);
  const times = distributionFunctions(own, own.counts).map((watched) =>
    batchMeansTime(present.map((bin) => watched.values[bin] ?? 0)),
  );
  return {
    bins: own,
    correlation: {
      values: Math.max(1, ...times),
      missing: batchMeansTime(places.map((bin) => Number(bin === missing))),
    },
  };
}

/** Where the stretches begin, newest first, that are of one kind with the newest one. */
function homogeneousFrom(values: Float64Array | string[], stretch: number): number {
  const newest = values.slice(Math.max(0, values.length - stretch));
  let from = values.length - newest.length;
  while (from > 0) {
    const earlier = values.slice(Math.max(0, from - stretch), from);
    if (distance(earlier, newest) > farApart) break;
    from -= earlier.length;
  }
  return from;
}

/** Largest difference of the distribution functions; of categories, half the sum of the differences of the shares. */
function distance(a: Float64Array | string[], b: Float64Array | string[]): number {
  if (a instanceof Float64Array && b instanceof Float64Array) {
    const [earlier, newest] = [sortedNumbers(a), sortedNumbers(b)];
    const missing = Math.abs(earlier.length / a.length - newest.length / b.length);
    return earlier.length === 0 || newest.length === 0 ? missing : Math.max(missing, ksStatistic(earlier, newest));
  }
  const shares = new Map<string, number>();
  for (const value of a) shares.set(String(value), (shares.get(String(value)) ?? 0) + 1 / a.length);
  for (const value of b) shares.set(String(value), (shares.get(String(value)) ?? 0) - 1 / b.length);
  return [...shares.values()].reduce((sum, share) => sum + Math.abs(share), 0) / 2;
}

/** Text that is no number is missing. */
export function toNumber(value: Column[number]): number {
  return value === null || value === undefined || value === '' ? Number.NaN : Number(value);
}

export function toText(value: Column[number]): string {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value)) ? '' : String(value);
}
