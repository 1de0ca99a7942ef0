import { jeffreysDivergence, sharesOf } from './divergences.ts';

/**
 * Population stability index over bins: sum of (p - q) ln(p / q), 0 where both are equal, the same both ways round. It is
 * Jeffreys' divergence over bins; the name and the customary limits 0.1 and 0.2 come from credit scoring (Siddiqi, "Credit Risk
 * Scorecards", 2006; Yurdakul and Naranjo, J. Risk Model Validation 14(4), 2020).
 *
 * Smoothing: half a row is added to each bin (Jeffreys' prior), because a bin that is empty on one side alone would make it
 * infinite. Bins that are empty on both sides say nothing and are left out.
 * @param reference counts by bin @param sample counts by the same bins @returns 0 or more; 0 where a side has no rows
 */
export function populationStability(reference: readonly number[], sample: readonly number[]): number {
  const shares = sharesOf(reference, sample, 0.5);
  return shares === null ? 0 : jeffreysDivergence(shares);
}
