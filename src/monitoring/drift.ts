import type { FeatureShift, MonitorPolicy, Observation } from './state.ts';

/** A feature drifts in a sample by either measure. */
function drifts(shift: FeatureShift, policy: MonitorPolicy): boolean {
  return shift.psi > policy.drift.psi || (shift.meanShift !== null && shift.meanShift > policy.drift.mean_shift);
}

/** Consecutive samples in which each feature drifted; features that did not are left out. */
export function streaksAfter(
  streaks: Readonly<Record<string, number>>,
  shifts: readonly FeatureShift[],
  policy: MonitorPolicy,
): Record<string, number> {
  return Object.fromEntries(
    shifts.filter((shift) => drifts(shift, policy)).map(({ feature }) => [feature, (streaks[feature] ?? 0) + 1]),
  );
}

/** Features that drifted in enough consecutive samples to count. */
export function drifted(streaks: Readonly<Record<string, number>>, policy: MonitorPolicy): string[] {
  return Object.keys(streaks).filter((feature) => (streaks[feature] ?? 0) >= policy.drift.consecutive);
}

/** `vicprice moved from 0.003 to 0.006 (PSI 4.1), …` */
export function driftSentence(features: readonly string[], { shifts, sampled }: Observation): string {
  const moved = shifts
    .filter((shift) => features.includes(shift.feature))
    .toSorted((a, b) => b.psi - a.psi)
    .map(({ feature, psi, referenceMean, sampleMean }) =>
      referenceMean === null || sampleMean === null
        ? `${feature} (PSI ${psi.toFixed(2)})`
        : `${feature} from ${short(referenceMean)} to ${short(sampleMean)} (PSI ${psi.toFixed(2)})`,
    );
  return `${features.length} of ${shifts.length} features moved in the last ${sampled} predictions: ${moved.join(', ')}`;
}

const short = (value: number) => String(Number(value.toPrecision(3)));
