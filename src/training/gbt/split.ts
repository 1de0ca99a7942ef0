/** Entries of a histogram a bin: sum of gradients, sum of second derivatives, rows. */
export const perBin = 3;

/** Gains below this are the rounding errors of sums. */
export const smallestGain = 1e-10;

/** Sums over some rows. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/** What a split has to keep to. */
export interface SplitLimits {
  /** Added to a leaf's sum of second derivatives. */
  readonly l2: number;
  /** Of a leaf, at least. */
  readonly rows: number;
  readonly hessian: number;
  /** By feature: 1 where the score may only rise with it, -1 where it may only fall, 0 where it is free. */
  readonly monotone: Int8Array;
  /** By feature: 1 where its bins have no order, as they are levels of a category. */
  readonly categories: Uint8Array;
  /** Of splits of a category, what is added to `l2`: to choose among many sets is to fit noise. */
  readonly categoryL2: number;
  /** Rows that a level needs to have a say, and what is added to its sum of second derivatives where levels are put in order. */
  readonly categorySmoothing: number;
}

/** Which rows of a node go left. */
export interface Sides {
  /** Bins up to this one do, where `bins` is null. */
  readonly bin: number;
  /** Of a category: the bins that do, ascending. */
  readonly bins: readonly number[] | null;
  /** Where missing values go: to the side that gains, or where the node has seen none to the side of more rows. */
  readonly missingLeft: boolean;
}

export interface Split extends Sides {
  readonly gain: number;
  readonly feature: number;
  readonly left: NodeSums;
}

/** Fills `into`, by bin, with 1 where it goes left and 0 where it does not. */
export function fillSides(into: Uint8Array, { bin, bins, missingLeft }: Sides, missingBin: number): void {
  into.fill(0);
  if (bins === null) into.fill(1, 0, bin + 1);
  else for (const one of bins) into[one] = 1;
  into[missingBin] = missingLeft ? 1 : 0;
}

/** A node, its histogram and the bounds of its values. */
export interface Node {
  /** `perBin` entries a bin, 256 bins a feature; in units of fixed point. */
  readonly histogram: Float64Array;
  readonly gradientUnit: number;
  readonly hessianUnit: number;
  readonly sums: NodeSums;
  readonly bounds: { readonly lower: number; readonly upper: number };
}
