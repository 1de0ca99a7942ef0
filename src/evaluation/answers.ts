import type { NumberTerms } from '../stats/number-losses.ts';
import { classMetric, classMetricNames } from './class-metric.ts';
import { computeMetrics } from './metrics.ts';

/** What a version says of some rows, in their order. */
export interface Answers {
  /** The probability of the positive class, of many classes that of the predicted one, or the value. */
  readonly score: ArrayLike<number>;
  /** The index of the class that it predicts: of two 1 for the positive one, else 0. Null for a regression. */
  readonly call: Uint8Array | null;
  /** False where it names classes and no probabilities: its scores are then 1 and 0. */
  readonly graded: boolean;
  /** What a regression is judged by beside its errors; without it, by nothing else. */
  readonly terms?: NumberTerms;
  /** Three or more classes: how many the rows know, and the probability of each, row by row. */
  readonly many?: { readonly classes: number; readonly probabilities: ArrayLike<number> };
}

/** Values that a metric of so many answers goes through: of many classes a probability for each. */
export const workOf = (rows: number, { many }: Answers): number => rows * (many?.classes ?? 1);

/** The answers that scores stand for. @param threshold at or above it the positive class is predicted; null for a regression */
export function answersAt(score: ArrayLike<number>, threshold: number | null): Answers {
  const call = threshold === null ? null : Uint8Array.from(score, (p) => (p >= threshold ? 1 : 0));
  return { score, call, graded: true };
}

/** All metrics of some answers. Those that need a probability have no value where there is none. */
export function metricsOf(label: ArrayLike<number>, answers: Answers): Record<string, number> {
  const { score, call, graded, many, terms } = answers;
  if (many !== undefined) return metricsOfMany(label, answers, many.probabilities);
  if (call === null) return computeMetrics('regression', label, score, 0, terms);
  const { accuracy, f1, precision, recall } = computeMetrics('binary-classification', label, call, 0.5);
  const byCall = Object.entries({ accuracy, f1, precision, recall }).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  // A score that is no number is called negative; no metric may be made of it.
  const all = computeMetrics('binary-classification', label, score, 0.5);
  return Object.keys(all).length === 0 ? {} : { ...(graded ? all : {}), ...Object.fromEntries(byCall) };
}

/** Of what needs a probability nothing where there is none, and nothing at all where one is no number. */
function metricsOfMany(label: ArrayLike<number>, answers: Answers, probabilities: ArrayLike<number>): Record<string, number> {
  for (let i = 0; i < probabilities.length; i++) if (!Number.isFinite(probabilities[i])) return {};
  const all = new Uint8Array(label.length).fill(1);
  const names = classMetricNames.filter((name) => answers.graded || byCallAlone.includes(name));
  const values = names.map((name) => [name, classMetric(name, label, answers)(all)] as const);
  return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)));
}

const byCallAlone: readonly string[] = ['accuracy', 'f1', 'precision', 'recall'];
