import type { MeasuredFeature } from '../../../src/monitoring/measures.ts';

/** Evidently's score of each column and the method that it took by default. */
export type PeerScores = Readonly<Record<string, readonly [method: string, score: number]>>;

/**
 * Above a thousand rows Evidently's defaults are the Wasserstein distance in standard deviations and the distance of Jensen and
 * Shannon: where it took those, both programs have to say the same of the same files.
 * @throws Error naming the columns on which they do not
 */
export function checkAgreement(features: readonly MeasuredFeature[], scores: PeerScores): void {
  const differing = features.flatMap(({ feature, wasserstein, jensenShannon }) => {
    const [method = '', score = NaN] = scores[feature] ?? [];
    const own = method.startsWith('Wasserstein')
      ? wasserstein?.inDeviations
      : method.startsWith('Jensen-Shannon') && wasserstein === null
        ? jensenShannon
        : undefined;
    return own == null || Math.abs(own - score) <= 1e-6 * Math.max(1, score)
      ? []
      : [`${feature}: ${own} and ${score} (${method})`];
  });
  if (differing.length > 0) throw new Error(`pawl and Evidently measure the same files differently: ${differing.join('; ')}.`);
}

/** The largest differences of what is measured from counts to what is exact, over the features. */
export interface BinnedErrors {
  /** Of the KS distance, and by how much its bounds say that it may at most be off. */
  readonly ks: number;
  readonly ksBound: number;
  /** Of the Wasserstein distance, in standard deviations of the reference. */
  readonly wasserstein: number;
  /** Of PSI, Kullback-Leibler, Jensen-Shannon and chi-square's p together. */
  readonly divergences: number;
}

export function largestErrors(exact: readonly MeasuredFeature[], binned: readonly MeasuredFeature[]): BinnedErrors {
  const over = (difference: (a: MeasuredFeature, b: MeasuredFeature) => number) =>
    Math.max(0, ...exact.map((one, i) => difference(one, binned[i] ?? one)));
  return {
    ks: over((a, b) => (a.ks?.distance ?? 0) - (b.ks?.distance ?? 0)),
    ksBound: over((_, b) => (b.ks?.atMost ?? 0) - (b.ks?.distance ?? 0)),
    wasserstein: over((a, b) =>
      a.wasserstein === null || b.wasserstein === null
        ? 0
        : Math.abs(a.wasserstein.distance - b.wasserstein.distance) / (a.reference.standardDeviation ?? NaN),
    ),
    divergences: over((a, b) =>
      Math.max(
        Math.abs(a.psi - b.psi),
        Math.abs(a.kullbackLeibler - b.kullbackLeibler),
        Math.abs(a.jensenShannon - b.jensenShannon),
        Math.abs(a.chiSquare.pValue - b.chiSquare.pValue),
      ),
    ),
  };
}
