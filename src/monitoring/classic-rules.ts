import { figure, inWords, percent } from '../stats/wording.ts';
import type { MeasuredFeature } from './measures.ts';

/**
 * The limits that are in use everywhere. They know nothing of how often they are asked or how many features there are: KS at 5 %
 * alarms in almost every healthy stream that is looked at often enough.
 */
export const classicLimits = {
  ks: { pValue: 0.05, rows: 1000 },
  psi: 0.2,
  mean: { shift: 0.1, batches: 3 },
  driftScore: 0.15,
  mae: { rise: 0.1, labels: 1000 },
  f1: 0.85,
  accuracy: 0.9,
} as const;

export interface ClassicBreach {
  readonly rule: 'ks' | 'psi' | 'mean' | 'drift score' | 'mae' | 'f1' | 'accuracy';
  /** Null where it is about all of them, or about a label metric. */
  readonly feature: string | null;
  /** A part of a sentence, with its numbers. */
  readonly because: string;
}

/** Batches in a row in which a feature's mean was off; absent is 0. */
export type MeanStreaks = Readonly<Record<string, number>>;

/**
 * The rules on features, for one batch. Each batch has to be a new one: a rule on batches in a row counts it.
 * @param importance of each feature, 0 or more; without it all features weigh the same
 */
export function classicDrift(
  measured: readonly MeasuredFeature[],
  streaks: MeanStreaks = {},
  importance?: Readonly<Record<string, number>>,
): { readonly breaches: readonly ClassicBreach[]; readonly streaks: MeanStreaks } {
  const after = streaksAfter(measured, streaks);
  const score = driftScore(measured, importance);
  const together: ClassicBreach[] =
    score > classicLimits.driftScore
      ? [
          {
            rule: 'drift score',
            feature: null,
            because: `the drift score is ${figure(score)}, above ${classicLimits.driftScore}`,
          },
        ]
      : [];
  return { breaches: [...measured.flatMap((one) => breachesOf(one, after)), ...together], streaks: after };
}

/**
 * The mean over the features of the Jensen-Shannon distance as a share of the largest there is (which is the distance in bits),
 * weighted by importance: 0, all alike, to 1, nothing in common.
 */
export function driftScore(measured: readonly MeasuredFeature[], importance?: Readonly<Record<string, number>>): number {
  const weightOf = (feature: string) => (importance === undefined ? 1 : Math.max(0, importance[feature] ?? 0));
  const weights = measured.reduce((sum, { feature }) => sum + weightOf(feature), 0);
  if (weights === 0) return importance === undefined ? 0 : driftScore(measured);
  const largest = Math.sqrt(Math.LN2);
  return measured.reduce((sum, one) => sum + (weightOf(one.feature) * one.jensenShannon) / largest, 0) / weights;
}

/** |difference| / max(|mean|, standard deviation) of the reference; 1 where it stood still at 0. Null without means. */
export function meanShiftOf({ reference, sample }: MeasuredFeature): number | null {
  if (reference.mean === null || sample.mean === null) return null;
  const off = Math.abs(sample.mean - reference.mean);
  const scale = Math.max(Math.abs(reference.mean), reference.standardDeviation ?? 0);
  return off === 0 ? 0 : scale === 0 ? 1 : off / scale;
}

/**
 * The rules on label metrics.
 * @param live over the last labels, such as `accuracy`, `f1`, `mae`; what is not there is not judged
 * @param baseline the same at the champion's release @param labels how many `live` is of
 */
export function classicPerformance(
  live: Readonly<Record<string, number>>,
  baseline: Readonly<Record<string, number>>,
  labels: number,
): ClassicBreach[] {
  const breaches: ClassicBreach[] = [];
  const [mae, was] = [live['mae'], baseline['mae']];
  const { rise, labels: enough } = classicLimits.mae;
  if (mae !== undefined && was !== undefined && labels >= enough && mae > was * (1 + rise)) {
    const because = `MAE rose from ${figure(was)} at release to ${figure(mae)} on ${inWords(labels)} labels, by more than ${percent(rise)}`;
    breaches.push({ rule: 'mae', feature: null, because });
  }
  for (const [rule, said] of [
    ['f1', 'F1'],
    ['accuracy', 'accuracy'],
  ] as const) {
    const value = live[rule];
    if (value === undefined || value >= classicLimits[rule]) continue;
    breaches.push({ rule, feature: null, because: `${said} is ${figure(value)}, below ${classicLimits[rule]}` });
  }
  return breaches;
}

function streaksAfter(measured: readonly MeasuredFeature[], streaks: MeanStreaks): MeanStreaks {
  const off = measured.filter((one) => (meanShiftOf(one) ?? 0) > classicLimits.mean.shift);
  return Object.fromEntries(off.map(({ feature }) => [feature, (streaks[feature] ?? 0) + 1]));
}

function breachesOf(one: MeasuredFeature, streaks: MeanStreaks): ClassicBreach[] {
  const { feature, ks, psi, reference, sample } = one;
  const breaches: ClassicBreach[] = [];
  const { pValue, rows } = classicLimits.ks;
  if (ks !== null && sample.rows >= rows && ks.pValue < pValue) {
    const because = `KS finds ${feature} changed on ${inWords(sample.rows)} rows (distance ${figure(ks.distance)}, p ${said(ks.pValue)}, limit ${pValue})`;
    breaches.push({ rule: 'ks', feature, because });
  }
  if (psi > classicLimits.psi)
    breaches.push({ rule: 'psi', feature, because: `PSI of ${feature} is ${figure(psi)}, above ${classicLimits.psi}` });
  const { shift, batches } = classicLimits.mean;
  const times = streaks[feature] ?? 0;
  if (times >= batches) {
    const moved = `${figure(reference.mean ?? NaN)} to ${figure(sample.mean ?? NaN)}`;
    const because = `the mean of ${feature} is off by more than ${percent(shift)} in ${times} batches in a row, now from ${moved}`;
    breaches.push({ rule: 'mean', feature, because });
  }
  return breaches;
}

const said = (p: number) => (p < 0.0001 ? 'below 0.0001' : figure(p));
