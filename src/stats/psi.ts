/**
 * Population stability index of two histograms over the same bins: sum of (s - r) ln(s / r) over the shares r of the
 * reference and s of the sample. Half a count is added to every bin, so that an empty one stays finite. 0 for equal shares,
 * symmetric, never negative. After N. Siddiqi, "Credit Risk Scorecards", Wiley 2006, who reads above 0.1 as a small and
 * above 0.25 as a large shift.
 * @param reference counts, one entry a bin
 * @param sample counts over the same bins
 */
export function psi(reference: readonly number[], sample: readonly number[]): number {
  if (reference.length !== sample.length)
    throw new RangeError(`Histograms of ${reference.length} and ${sample.length} bins cannot be compared.`);
  const bins = reference.length;
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const [allReference, allSample] = [total(reference) + bins / 2, total(sample) + bins / 2];
  let index = 0;
  for (let bin = 0; bin < bins; bin++) {
    const r = ((reference[bin] ?? 0) + 0.5) / allReference;
    const s = ((sample[bin] ?? 0) + 0.5) / allSample;
    index += (s - r) * Math.log(s / r);
  }
  return index;
}
