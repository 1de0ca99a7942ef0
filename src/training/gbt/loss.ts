import type { Link } from './export.ts';
import type { Derivatives } from './kernel/kernel.ts';

/** The rows that a loss is about. */
export interface Target {
  /** Classes: their index. Values otherwise. */
  readonly label: Float64Array;
  /** One entry >= 0 a row; null, all rows count 1. */
  readonly weights: Float64Array | null;
  /** Those learned from are the first; the others are only looked at. */
  readonly learned: number;
}

/** The scores of all rows, an array for each output. */
export type Scores = readonly Float64Array[];

/** What boosting makes small: a loss of labels and scores, summed over weighted rows. */
export interface Loss {
  /** Scores a row, and trees a round. */
  readonly outputs: number;
  /** From scores to what the model says. */
  readonly link: Link;
  /** The scores that every row starts from: the best constants on the rows learned from. float32, as in the ONNX graph. */
  readonly base: readonly number[];
  /** Looks at the scores that all trees of a round go on from. */
  startRound?(scores: Scores): void;
  /** Where the kernel can do what `derive` does, but for the weights: its name there. */
  readonly inKernel?: 'logistic' | 'squared';
  /** First and second derivative by the scores of one output, times the weight, of the rows learned from. */
  derive(output: number, scores: Scores, into: Derivatives): void;
  /**
   * The value of a leaf where it is not the Newton step.
   * @param step the Newton step
   * @param rows those of the leaf that the tree has seen
   */
  leafValue?(step: number, rows: Int32Array, scores: Scores): number;
  /** The mean loss of the rows [from, to), weighted; 0 where their weights are. */
  mean(scores: Scores, from: number, to: number): number;
}
