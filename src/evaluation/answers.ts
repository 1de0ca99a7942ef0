import { computeMetrics } from './metrics.ts';

/** What a version says of some rows, in their order. */
export interface Answers {
  /** The probability of the positive class, or the value. */
  readonly score: ArrayLike<number>;
  /** Binary classification: 1 where it predicts the positive class, else 0. Null for a regression. */
  readonly call: Uint8Array | null;
  /** False where it names classes and no probabilities: its scores are then 1 and 0. */
  readonly graded: boolean;
}

/** The answers that scores stand for. @param threshold at or above it the positive class is predicted; null for a regression */
export function answersAt(score: ArrayLike<number>, threshold: number | null): Answers {
  const call = threshold === null ? null : Uint8Array.from(score, (p) => (p >= threshold ? 1 : 0));
  return { score, call, graded: true };
}

/** All metrics of some answers. Those that need a probability have no value where there is none. */
export function metricsOf(label: ArrayLike<number>, { score, call, graded }: Answers): Record<string, number> {
  if (call === null) return computeMetrics('regression', label, score, 0);
  const { accuracy, f1, precision, recall } = computeMetrics('binary-classification', label, call, 0.5);
  const byCall = Object.entries({ accuracy, f1, precision, recall }).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  // A score that is no number is called negative; no metric may be made of it.
  const all = computeMetrics('binary-classification', label, score, 0.5);
  return Object.keys(all).length === 0 ? {} : { ...(graded ? all : {}), ...Object.fromEntries(byCall) };
}
