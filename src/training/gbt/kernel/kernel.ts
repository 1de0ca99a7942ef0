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

/** Bounds of what a leaf may say, which constraints above it set; -Infinity and Infinity where there are none. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The loops that training spends its time in, on memory of their own. Derivatives are rounded to fixed point once a tree, so that sums
 * are exact in any order (after Y. Shi et al., "Quantized Training of Gradient Boosting Decision Trees", NeurIPS 2022, but with so many
 * bits that rounding changes nothing): every implementation and every number of threads answers with the same bits.
 */
export interface Kernel {
  /** By feature, a bin a row; filled by the caller before `open`. */
  readonly columns: readonly Uint8Array[];
  /** Row numbers; a node's rows lie one after the other. */
  readonly order: Int32Array;
  /** Filled by the caller before `startTree`. */
  readonly derivatives: Derivatives;
  /** Takes in the columns. @param missingBins by feature, the last of its bins */
  open(missingBins: readonly number[], limits: SplitLimits): void;
  /**
   * Takes in the derivatives of a tree's rows.
   * @param rows so many rows, the first, have derivatives
   * @param used the features that the tree may split on
   */
  startTree(rows: number, used: readonly number[]): void;
  /** Fills the histogram `slot` with the rows order[begin … end). */
  count(slot: number, begin: number, end: number): void;
  /** Takes one histogram from another: `whole` becomes what it holds beyond `part`. */
  subtract(whole: number, part: number): void;
  /** The sums over all rows of a histogram. */
  total(slot: number): NodeSums;
  /** The best split of a node by its histogram; null where nothing is gained within the limits. */
  best(slot: number, sums: NodeSums, bounds: Bounds): Split | null;
  /**
   * Moves those of the rows order[begin … end) that go left to the front, both sides in the order that they were in.
   * @param goesLeft by bin, 1 or 0
   * @returns how many go left
   */
  partition(feature: number, goesLeft: Uint8Array, begin: number, end: number): number;
  /** Sums of the derivatives themselves over order[begin … end), added one after the other. */
  sumRows(begin: number, end: number): { readonly gradient: number; readonly hessian: number };
  /** Lets threads and memory go. */
  close(): void;
}
