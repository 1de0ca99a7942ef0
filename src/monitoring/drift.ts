import { figure, inWords, listed } from '../stats/wording.ts';
import type { FeatureShift, MonitorPolicy, Observation } from './state.ts';

/**
 * A feature drifts in a sample when its PSI or the shift of its mean is above the policy's limit, and above anything that the
 * accepted rows did by themselves.
 */
export function drifts({ psi, usualPsi, meanShift, usualMeanShift }: FeatureShift, { drift }: MonitorPolicy): boolean {
  return psi > Math.max(drift.psi, usualPsi) || (meanShift ?? 0) > Math.max(drift.mean_shift, usualMeanShift);
}

/** Consecutive samples in which each feature drifted; features that did not in this one are left out. */
export function streaksAfter(
  streaks: Readonly<Record<string, number>>,
  shifts: readonly FeatureShift[],
  policy: MonitorPolicy,
): Record<string, number> {
  const drifting = shifts.filter((shift) => drifts(shift, policy));
  return Object.fromEntries(drifting.map(({ feature }) => [feature, (streaks[feature] ?? 0) + 1]));
}

/** Features that drifted in enough consecutive samples to count. */
export function drifted(streaks: Readonly<Record<string, number>>, policy: MonitorPolicy): string[] {
  return Object.keys(streaks).filter((feature) => (streaks[feature] ?? 0) >= policy.drift.consecutive);
}

/** So many of the observed features are the share that the policy answers. */
export function isEnough(features: number, { shifts }: Observation, { drift }: MonitorPolicy): boolean {
  return shifts.length > 0 && features > 0 && features / shifts.length >= drift.features;
}

/** `3 of 6 features moved in the last 1,000 predictions: vicprice from 0.003467 to 0.003856 (PSI 2.03), vicdemand …` */
export function driftSentence(features: readonly string[], { shifts, sampled }: Observation): string {
  const moved = shifts
    .filter(({ feature }) => features.includes(feature))
    .toSorted((a, b) => b.psi - a.psi)
    .map(({ feature, psi, referenceMean, sampleMean }) =>
      referenceMean === null || sampleMean === null
        ? `${feature} (PSI ${psi.toFixed(2)})`
        : `${feature} from ${figure(referenceMean)} to ${figure(sampleMean)} (PSI ${psi.toFixed(2)})`,
    );
  return `${features.length} of ${shifts.length} features moved in the last ${inWords(sampled)} predictions: ${listed(moved)}`;
}
