import type { ColumnEvidence } from './drift-detector.ts';
import { predictedClass } from './drift-reference.ts';
import type { MeasuredFeature } from './measures.ts';

/** What one look saw of each feature, and of the score. Plain JSON. */
export interface DriftReport {
  /** Wall clock, ms. */
  readonly at: number;
  readonly version: number;
  /** Identity of the newest prediction that was looked at. */
  readonly newest: string;
  /** Predictions that were measured, and accepted rows that they were measured against. */
  readonly sampled: number;
  readonly accepted: number;
  /** The score last, before it the predicted class where there are three or more, the features before that, the most important one first. */
  readonly features: readonly FeatureReport[];
}

export interface FeatureReport {
  /** `score` for the score, `predicted class` for the mix of the classes that are predicted. */
  readonly feature: string;
  readonly of: ColumnEvidence['of'];
  /** Share of the version's gain that it brought, as the trainer tells it; null where it tells none. */
  readonly importance: number | null;
  /** Null where no detector watches it. */
  readonly evidence: ColumnEvidence | null;
  /** Null where the log does not keep it, or too few predictions have it. */
  readonly measures: MeasuredFeature | null;
}

/** Features in the order of their importance, by name where that is the same, and the score behind them. */
export function driftReport(
  look: Omit<DriftReport, 'features'>,
  seen: {
    readonly importances: Readonly<Record<string, number>>;
    /** Of each watched column; empty where no detector watches. */
    readonly evidence: readonly ColumnEvidence[];
    readonly measures: readonly MeasuredFeature[];
    readonly score: MeasuredFeature | null;
    /** The mix of predicted classes; left out of models that have no more than two. */
    readonly mix?: MeasuredFeature | null;
  },
): DriftReport {
  const { importances, evidence, measures, score, mix = null } = seen;
  const all = Object.values(importances).reduce((sum, gain) => sum + Math.max(0, gain), 0);
  const watched = evidence.filter(({ of }) => of === 'feature');
  const names = new Set([...watched.map(({ feature }) => feature), ...measures.map(({ feature }) => feature)]);
  const features = [...names].map((feature): FeatureReport => {
    const gain = importances[feature];
    return {
      feature,
      of: 'feature',
      importance: gain === undefined || all === 0 ? null : Math.max(0, gain) / all,
      evidence: watched.find((one) => one.feature === feature) ?? null,
      measures: measures.find((one) => one.feature === feature) ?? null,
    };
  });
  const ordered = features.toSorted(
    (a, b) => (b.importance ?? 0) - (a.importance ?? 0) || Number(a.feature > b.feature) - Number(a.feature < b.feature),
  );
  const ofScore = evidence.find(({ of }) => of === 'score') ?? null;
  const ofMix = evidence.find(({ of }) => of === 'prediction') ?? null;
  const answers: FeatureReport[] = [
    { feature: predictedClass, of: 'prediction', importance: null, evidence: ofMix, measures: mix },
    { feature: 'score', of: 'score', importance: null, evidence: ofScore, measures: score },
  ];
  return { ...look, features: [...ordered, ...answers.filter((one) => one.evidence !== null || one.measures !== null)] };
}
