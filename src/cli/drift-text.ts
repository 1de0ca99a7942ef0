import type { ColumnEvidence } from '../monitoring/drift-detector.ts';
import type { DriftReport, FeatureReport } from '../monitoring/drift-report.ts';
import type { KsMeasure, MeasuredFeature, WassersteinMeasure } from '../monitoring/measures.ts';
import { figure, inWords, percent } from '../stats/wording.ts';
import { table, when } from './output.ts';

const measureHead = ['KS', 'PSI', 'KL', 'Jensen-Shannon', 'Wasserstein', 'chi-square p'];

/** A line for each feature of the newest look. */
export function driftText(model: string, { at, version, sampled, accepted, features }: DriftReport): string {
  const watched = features.some(({ evidence }) => evidence !== null);
  return [
    `${model} v${version} at ${when(at)}: the last ${inWords(sampled)} predictions against the newest ${inWords(accepted)} rows it was accepted on`,
    table(
      ['feature', 'importance', ...(watched ? ['evidence', 'since'] : []), ...measureHead],
      features.map((feature) => [
        feature.feature,
        feature.importance === null ? '' : percent(feature.importance),
        ...(watched ? [evidenceText(feature), sinceText(feature.evidence)] : []),
        ...measureCells(feature.measures),
      ]),
    ),
    ...(watched
      ? [
          'Evidence is a share of what an alarm takes; the measures only describe, and differ by chance and with the season as well.',
        ]
      : ['No detector watches: `monitor.drift.by` is thresholds, or `preset: classic` is in force.']),
  ].join('\n');
}

/** The same measures of two files. */
export function measuresText(measured: readonly MeasuredFeature[]): string {
  return table(
    ['feature', 'rows', 'missing', 'mean', ...measureHead],
    measured.map((one) => {
      const { feature, reference, sample } = one;
      const mean = reference.mean === null || sample.mean === null ? '' : fromTo(figure(reference.mean), figure(sample.mean));
      const missing = (side: MeasuredFeature['sample']) => percent(side.rows === 0 ? 0 : side.missing / side.rows);
      const rows = fromTo(inWords(reference.rows), inWords(sample.rows));
      return [feature, rows, fromTo(missing(reference), missing(sample)), mean, ...measureCells(one)];
    }),
  );
}

const fromTo = (from: string, to: string) => (from === to ? to : `${from} to ${to}`);

/** `34 %`, `alarm (2.1 times)`; and of what, where it is not of the values. */
function evidenceText({ evidence }: FeatureReport): string {
  if (evidence === null) return '';
  const { share, what } = evidence;
  const of =
    what === 'distribution' || what === 'score' || what === 'prediction'
      ? ''
      : `, ${what === 'missing' ? 'missing values' : 'new values'}`;
  if (share >= 1) return `alarm (${share >= 1.05 ? `${figure(Number(share.toPrecision(2)))} times` : 'just'}${of})`;
  return share < 0.001 ? 'none' : `${percent(share)}${of}`;
}

/** A beginning is told where there is some evidence that something began. */
function sinceText(evidence: ColumnEvidence | null): string {
  if (evidence === null || evidence.since === null || evidence.share < 0.01) return '';
  return `${when(evidence.since)} (${inWords(evidence.rows)} rows)`;
}

function measureCells(measures: MeasuredFeature | null): string[] {
  if (measures === null) return measureHead.map(() => '');
  const { ks, psi, kullbackLeibler, jensenShannon, wasserstein, chiSquare } = measures;
  return [
    ksText(ks),
    short(psi),
    short(kullbackLeibler),
    short(jensenShannon),
    wassersteinText(wasserstein),
    chance(chiSquare.pValue),
  ];
}

function ksText(ks: KsMeasure | null): string {
  if (ks === null) return '';
  const most = short(ks.atMost);
  return short(ks.distance) === most ? most : `${short(ks.distance)} to ${most}`;
}

function wassersteinText(wasserstein: WassersteinMeasure | null): string {
  if (wasserstein === null) return '';
  const { distance, inDeviations } = wasserstein;
  return inDeviations === null ? figure(Number(distance.toPrecision(3))) : `${short(inDeviations)} sd`;
}

const short = (value: number) => value.toFixed(3);
const chance = (p: number) => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));
