/**
 * Population stability index over bins: sum of (p - q) ln(p / q), 0 where both are equal, the same both ways round. It is
 * Jeffreys' divergence (Jeffreys, Proc. R. Soc. A 186 (1946), 453-461) over bins; the name and the customary limits 0.1 and 0.2 come from
 * credit scoring (Siddiqi, "Credit Risk Scorecards", 2006; Yurdakul and Naranjo, J. Risk Model Validation 14(4), 2020).
 *
 * Smoothing: half a row is added to each bin (Jeffreys' prior), because a bin that is empty on one side alone would make it
 * infinite. Bins that are empty on both sides say nothing and are left out.
 * @param reference counts by bin @param sample counts by the same bins @returns 0 or more; 0 where a side has no rows
 */
export function populationStability(reference: readonly number[], sample: readonly number[]): number {
  if (reference.length !== sample.length)
    throw new RangeError(`Counts over ${reference.length} and ${sample.length} bins do not compare.`);
  const pairs = reference.map((count, bin) => [count, sample[bin] ?? 0] as const).filter(([a, b]) => a > 0 || b > 0);
  const rows = pairs.reduce((sum, [count]) => sum + count, 0);
  const sampled = pairs.reduce((sum, [, count]) => sum + count, 0);
  if (rows === 0 || sampled === 0) return 0;
  let index = 0;
  for (const [a, b] of pairs) {
    const p = (a + 0.5) / (rows + 0.5 * pairs.length);
    const q = (b + 0.5) / (sampled + 0.5 * pairs.length);
    index += (p - q) * Math.log(p / q);
  }
  return index;
}
