import { type ChiSquare, chiSquareTest } from '../stats/chi-square.ts';
import { jensenShannonDistance, kullbackLeibler, sharesOf } from '../stats/divergences.ts';
import { ksOfCounts, ksPValue, ksStatistic } from '../stats/kolmogorov-smirnov.ts';
import { populationStability } from '../stats/psi.ts';
import type { FeatureBins, NumberBins, ReferenceBins } from '../stats/reference-bins.ts';
import { binCount, binsOfSorted, countSorted } from '../stats/reference-bins.ts';
import type { Summary } from '../stats/summary.ts';
import { wassersteinDistance, wassersteinOfCounts } from '../stats/wasserstein.ts';

/** One feature of a sample against the reference, by the measures that people know. Plain JSON. */
export interface MeasuredFeature {
  readonly feature: string;
  readonly type: FeatureBins['type'];
  readonly reference: MeasuredSide;
  readonly sample: MeasuredSide;
  /** Numbers with values on both sides; null elsewhere. */
  readonly ks: KsMeasure | null;
  readonly wasserstein: WassersteinMeasure | null;
  /**
   * Over the reference's bins, missing values in a bin of their own; half a row is added to each bin where a logarithm needs it.
   * 0 where a side has no rows.
   */
  readonly psi: number;
  /** Of the sample from the reference, nats. */
  readonly kullbackLeibler: number;
  /** The distance (the root of the divergence in nats): 0 to 0.8326. Nothing is added to the bins. */
  readonly jensenShannon: number;
  /** Over the same bins. */
  readonly chiSquare: ChiSquare;
}

export interface MeasuredSide {
  readonly rows: number;
  readonly missing: number;
  /** Numbers whose values are at hand; of booleans the share that is true. Null elsewhere. */
  readonly mean: number | null;
  /** Of n, not n - 1. Null where the mean is. */
  readonly standardDeviation: number | null;
}

export interface KsMeasure {
  /** The distance between the distribution functions; from counts the least that it can be. */
  readonly distance: number;
  /** The most that it can be: the same where it is exact. */
  readonly atMost: number;
  /** Of `distance`, in the limit of many rows. */
  readonly pValue: number;
}

export interface WassersteinMeasure {
  /** In the feature's own unit. */
  readonly distance: number;
  /** As a share of the reference's standard deviation; null where that is not known or 0. */
  readonly inDeviations: number | null;
  /** False where it is estimated from counts. */
  readonly exact: boolean;
}

/** A column of numbers, put in order once for everything that is computed of it. */
export interface NumberColumn {
  /** The values that are there, ascending, finite. */
  readonly sorted: Float64Array;
  readonly missing: number;
  readonly summary: Summary;
}

/** A column of numbers against its reference: exact, whatever the values are. The divergences are over bins of the reference. */
export function measureNumbers(feature: string, reference: NumberColumn, sample: NumberColumn): MeasuredFeature {
  const bins = binsOfSorted(reference.sorted, reference.missing);
  const counts = countSorted(bins.edges, sample.sorted, sample.missing);
  const [rows, others] = [reference.sorted.length, sample.sorted.length];
  const both = rows > 0 && others > 0;
  const distance = both ? ksStatistic(reference.sorted, sample.sorted) : NaN;
  const was = sideOf(reference);
  const carried = both ? wassersteinDistance(reference.sorted, sample.sorted) : NaN;
  return {
    ...measureCounts(feature, bins, counts),
    reference: was,
    sample: sideOf(sample),
    ks: both ? { distance, atMost: distance, pValue: ksPValue(distance, rows, others) } : null,
    wasserstein: both ? { distance: carried, inDeviations: inDeviations(carried, was), exact: true } : null,
  };
}

/**
 * One feature from counts over the reference's bins, such as those that gateways keep of every window. Counts of windows add:
 * measuring their sum is measuring all of their rows at once. The divergences and chi-square are those of the same bins over the
 * values themselves; the KS distance is bounded from both sides, the Wasserstein distance is estimated.
 * @param counts of the sample, by bin @throws RangeError where they are not of these bins
 */
export function measureCounts(feature: string, bins: FeatureBins, counts: readonly number[]): MeasuredFeature {
  const raw = sharesOf(bins.counts, counts, 0);
  const smoothed = sharesOf(bins.counts, counts, 0.5);
  return {
    feature,
    type: bins.type,
    reference: sideOfCounts(bins.type, bins.counts),
    sample: sideOfCounts(bins.type, counts),
    ...(bins.type === 'number' ? distancesOf(bins, counts) : { ks: null, wasserstein: null }),
    psi: populationStability(bins.counts, counts),
    kullbackLeibler: smoothed === null ? 0 : kullbackLeibler(smoothed),
    jensenShannon: raw === null ? 0 : jensenShannonDistance(raw),
    chiSquare: chiSquareTest(bins.counts, counts),
  };
}

/**
 * All features of a version from the flat counts of its windows, in the order of its signature.
 * @param counts the bins of all features, one feature after the other; of several windows their sums
 */
export function measureWindow(reference: ReferenceBins, counts: readonly number[]): MeasuredFeature[] {
  let start = 0;
  return reference.features.map((bins) => {
    const end = start + binCount(bins);
    const measured = measureCounts(bins.name, bins, counts.slice(start, end));
    start = end;
    return measured;
  });
}

function distancesOf({ edges, counts: reference }: NumberBins, counts: readonly number[]) {
  const [was, is] = [reference.slice(0, -1), counts.slice(0, -1)];
  const [rows, others] = [sum(was), sum(is)];
  if (rows === 0 || others === 0) return { ks: null, wasserstein: null };
  const { low, high } = ksOfCounts(was, is);
  const distance = wassersteinOfCounts(edges, was, is);
  return {
    ks: { distance: low, atMost: high, pValue: ksPValue(low, rows, others) },
    wasserstein: { distance, inDeviations: null, exact: false },
  };
}

const inDeviations = (distance: number, { standardDeviation }: MeasuredSide) =>
  standardDeviation === null || standardDeviation === 0 ? null : distance / standardDeviation;

function sideOf({ sorted, missing, summary }: NumberColumn): MeasuredSide {
  const known = summary.count > 0;
  return {
    rows: sorted.length + missing,
    missing,
    mean: known ? summary.mean : null,
    standardDeviation: known ? Math.sqrt(summary.squares / summary.count) : null,
  };
}

function sideOfCounts(type: FeatureBins['type'], counts: readonly number[]): MeasuredSide {
  const [rows, missing] = [sum(counts), counts.at(-1) ?? 0];
  const share = type === 'boolean' && rows > missing ? (counts[1] ?? 0) / (rows - missing) : null;
  return { rows, missing, mean: share, standardDeviation: share === null ? null : Math.sqrt(share * (1 - share)) };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
