import type { FeatureType } from '../data/dataset.ts';

export type Task = 'binary-classification' | 'multiclass-classification' | 'regression';

/**
 * What an ONNX artifact says of itself, kept in its `metadata_props` under `pawl.signature`. Each feature is one graph
 * input (named by `inputOf`) of shape [rows, 1]: float32 for numbers and booleans (missing is NaN), string for categories (missing is '').
 * The graph's output `score` is float32 [rows, 1]: the probability of `classes[1]`, or the value. Of a multiclass model it is
 * float32 [rows, K]: the probability of each class, in the order of `classes`.
 */
export interface ModelSignature {
  readonly format: 1;
  readonly task: Task;
  readonly features: readonly { readonly name: string; readonly type: FeatureType }[];
  /** Binary: [negative, positive]; multiclass: three or more, sorted; null for regression. */
  readonly classes: readonly string[] | null;
  /** Binary classification: at or above it the positive class is predicted. */
  readonly threshold: number | null;
}

/** How many numbers the graph gives for a row. */
export function scoresPerRow({ task, classes }: Pick<ModelSignature, 'task' | 'classes'>): number {
  return task === 'multiclass-classification' ? (classes?.length ?? 1) : 1;
}

/**
 * The graph input that takes a feature: its own name, but for the few names that the graph needs for itself.
 * @param feature the name in the contract
 */
export function inputOf(feature: string): string {
  return feature === 'score' || feature.startsWith('pawl:') ? `pawl:feature:${feature}` : feature;
}
