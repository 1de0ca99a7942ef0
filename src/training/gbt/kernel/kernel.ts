import type { Column } from '../binning.ts';
import type { NodeSums, Split, SplitLimits } from '../split.ts';

/** Derivatives of the loss by the score, one entry a row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** How large a training is. */
export interface KernelSize {
  readonly rows: number;
  readonly features: number;
  /** Histograms that are kept at the same time. */
  readonly slots: number;
}

/** Bounds of a leaf's step, which monotone features above it set; -Infinity and Infinity where there are none. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** One side of a split. */
export interface Side {
  readonly sums: NodeSums;
  readonly bounds: Bounds;
  /** Whether it may be split further. */
  readonly isOpen: boolean;
}

/** A node that is parted in two. */
export interface Division {
  readonly feature: number;
  /** By bin, 1 or 0. */
  readonly goesLeft: Uint8Array;
  /** Its rows are order[begin … end); from `middle` on they will be those of the right side. */
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
  readonly left: Side;
  readonly right: Side;
  /** Its histogram, which becomes that of the larger side (of the right one, where both are equal). */
  readonly slot: number;
  /** Where the histogram of the smaller side goes. */
  readonly smallerSlot: number;
}

/**
 * The loops that training spends its time in, on memory of their own. Derivatives are rounded to fixed point once a tree, so that sums
 * are exact in any order (after Y. Shi et al., "Quantized Training of Gradient Boosting Decision Trees", NeurIPS 2022, but with so many
 * bits that rounding changes nothing): every implementation and every number of threads answers with the same bits.
 */
export interface Kernel {
  /** By feature; filled by the caller before `open`. */
  readonly columns: readonly Column[];
  /** Row numbers; a node's rows lie one after the other. */
  readonly order: Int32Array;
  /** Scores of the first output, one a row. */
  readonly score: Float64Array;
  /** Of two classes 1 for the positive one and 0 for the other. Filled by the caller before `logistic` or `squared`. */
  readonly labels: Float64Array;
  /** Filled by the caller, or by `logistic` or `squared`, before `startTree`. */
  readonly derivatives: Derivatives;
  /** Takes in the columns. @param missingBins by feature, the last of its bins */
  open(missingBins: readonly number[], limits: SplitLimits): void;
  /** Fills the derivatives of so many rows, the first, with those of the log loss of two classes. */
  logistic(rows: number): void;
  /** Fills the derivatives of so many rows, the first, with those of (score - label)²/2. */
  squared(rows: number): void;
  /**
   * Takes in the derivatives of a tree's rows, and counts its root.
   * @param rows so many rows, the first, have derivatives
   * @param sampled the tree sees order[0 … sampled)
   * @param used the features that it may split on
   * @param slot where the root's histogram goes
   */
  startTree(rows: number, sampled: number, used: readonly number[], slot: number): NodeSums;
  /** The best split of a node by its histogram; null where nothing is gained within the limits. */
  best(slot: number, sums: NodeSums, bounds: Bounds): Split | null;
  /**
   * Moves the rows that go left to the front, both sides in the order that they were in; where a side is open, makes the histograms of
   * both, and finds the best split of each that is. Histograms hold the features that the tree may split on.
   * @returns the splits of the left and the right side, null where there is none
   */
  divide(division: Division): [Split | null, Split | null];
  /** Sums of the derivatives themselves over order[begin … end), added one after the other. */
  sumRows(begin: number, end: number): { readonly gradient: number; readonly hessian: number };
  /** Adds to the scores of some rows, which are a part of `order`. */
  addToScore(rows: Int32Array, value: number): void;
  /** Lets threads go. */
  close(): Promise<void>;
}
