import type { MeasuredFeature } from '../../../src/monitoring/measures.ts';
import { figure, inWords } from '../../../src/stats/wording.ts';
import type { Bar } from '../../bars.ts';
import type { PartTable } from '../part.ts';
import type { BinnedErrors, PeerScores } from './agreement.ts';
import type { Measured } from './measure.ts';

export interface PeerMeasured extends Cost {
  readonly steps: Readonly<Record<string, number>>;
  readonly scores: PeerScores;
}

interface Cost {
  readonly seconds: number;
  /** The most that was resident, bytes. */
  readonly memory: number;
}

/** What one size took, and what was found. */
export interface AtSize {
  readonly rows: number;
  /** The medians of the times, the largest of the memory. */
  readonly exact: Cost;
  readonly binned: Cost;
  /** The fastest. */
  readonly peer: Cost;
  readonly errors: BinnedErrors;
  readonly rounds: {
    readonly exact: readonly Omit<Measured, 'features'>[];
    readonly binned: readonly Omit<Measured, 'features'>[];
    readonly peer: readonly Omit<PeerMeasured, 'scores'>[];
  };
  readonly features: readonly MeasuredFeature[];
}

/** @param largest null where this run did not measure it */
export function speedBars(largest: AtSize | null): Bar[] {
  const faster = (how: 'exact' | 'binned', bar: number): Bar => ({
    name: `1,000,000 x 20, ${how}, against Evidently`,
    unit: 'times as fast',
    wanted: 'at least',
    bar,
    value: largest === null ? null : largest.peer.seconds / largest[how].seconds,
  });
  const within = (how: 'exact' | 'binned'): Bar => ({
    name: `memory for 1,000,000 x 20, ${how}`,
    unit: 'MiB',
    wanted: 'at most',
    bar: 1024,
    value: largest === null ? null : mebibytes(largest[how].memory),
  });
  return [faster('exact', 20), faster('binned', 40), within('exact'), within('binned')];
}

export function speedTable(found: readonly AtSize[]): PartTable {
  const row = (size: number, name: string, { seconds, memory }: Cost, peer: Cost | null) => [
    inWords(size),
    name,
    figure(seconds),
    peer === null ? '' : `${(peer.seconds / seconds).toFixed(1)}x`,
    mebibytes(memory).toFixed(0),
  ];
  return {
    title: 'A sample against a reference of the same size, 20 columns, from two Parquet files',
    head: ['rows', 'by', 's', 'times as fast', 'MiB at most'],
    rows: found.flatMap(({ rows, exact, binned, peer }) => [
      row(rows, 'Evidently, default preset', peer, null),
      row(rows, 'pawl, exact', exact, peer),
      row(rows, 'pawl, from counts over bins', binned, peer),
    ]),
  };
}

export function errorTable(found: readonly AtSize[]): PartTable {
  return {
    title: 'What counts over bins lose: the largest difference to the exact measure, over the columns',
    head: ['rows', 'KS distance', 'said to be at most', 'Wasserstein, in standard deviations', 'divergences and chi-square'],
    rows: found.map(({ rows, errors }) => [
      inWords(rows),
      figure(errors.ks),
      figure(errors.ksBound),
      figure(errors.wasserstein),
      figure(errors.divergences),
    ]),
  };
}

const mebibytes = (bytes: number) => bytes / 2 ** 20;
