/** Shares of two samples over the same bins. */
export interface SharePair {
  readonly reference: readonly number[];
  readonly sample: readonly number[];
}

/**
 * Counts as shares. Bins that are empty on both sides are left out.
 * @param smoothing rows added to each bin of both sides @returns null where a side has no rows
 * @throws RangeError where the bins are not the same
 */
export function sharesOf(reference: readonly number[], sample: readonly number[], smoothing: number): SharePair | null {
  if (reference.length !== sample.length)
    throw new RangeError(`Counts over ${reference.length} and ${sample.length} bins do not compare.`);
  const pairs = reference.map((count, bin) => [count, sample[bin] ?? 0] as const).filter(([a, b]) => a > 0 || b > 0);
  const rows = pairs.reduce((sum, [count]) => sum + count, 0);
  const sampled = pairs.reduce((sum, [, count]) => sum + count, 0);
  if (rows === 0 || sampled === 0) return null;
  return {
    reference: pairs.map(([count]) => (count + smoothing) / (rows + smoothing * pairs.length)),
    sample: pairs.map(([, count]) => (count + smoothing) / (sampled + smoothing * pairs.length)),
  };
}

/** Sum of (p - q) ln(p / q) (H. Jeffreys, Proc. R. Soc. A 186, 1946, 453-461). 0 or more; infinite where a share is 0 on one side. */
export function jeffreysDivergence({ reference, sample }: SharePair): number {
  return reference.reduce((sum, p, bin) => sum + distinctly(p, sample[bin] ?? 0), 0);
}

const distinctly = (p: number, q: number) => (p === q ? 0 : (p - q) * Math.log(p / q));

/**
 * Sum of p ln(p / q): what is lost, in nats, by taking the sample for the reference (S. Kullback and R. Leibler, Annals of
 * Mathematical Statistics 22, 1951). 0 or more; infinite where the sample lacks what the reference has.
 */
export function kullbackLeibler({ reference, sample }: SharePair): number {
  return reference.reduce((sum, p, bin) => sum + (p === 0 ? 0 : p * Math.log(p / (sample[bin] ?? 0))), 0);
}

/**
 * The root of the Jensen-Shannon divergence in nats, a metric (J. Lin, IEEE Trans. Information Theory 37, 1991; D. Endres and
 * J. Schindelin, ibid. 49, 2003). The same both ways round, and finite whatever is empty: 0 to sqrt(ln 2) = 0.8326.
 */
export function jensenShannonDistance({ reference, sample }: SharePair): number {
  const sum = reference.reduce((sum, p, bin) => {
    const q = sample[bin] ?? 0;
    const m = (p + q) / 2;
    return sum + (p === 0 ? 0 : p * Math.log(p / m)) + (q === 0 ? 0 : q * Math.log(q / m));
  }, 0);
  return Math.sqrt(Math.max(0, sum / 2));
}
