import type { BinnedFeature } from './binning.ts';
import { Histograms, type NodeSums } from './histogram.ts';
import type { GbtParams } from './params.ts';
import { bestSplit, type Split } from './split.ts';
import type { Tree } from './tree.ts';

/** Derivatives of the loss by the score, one entry a row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

interface Leaf {
  /** Its rows are order[begin … begin + sums.rows). */
  readonly begin: number;
  readonly sums: NodeSums;
  /** Null where the leaf will not be split. */
  readonly histogram: Float64Array | null;
  readonly split: Split | null;
  /** Where its parent points to it. */
  readonly parent: number;
  readonly isLeft: boolean;
}

/**
 * Grows trees leaf by leaf, always splitting the leaf that gains most (G. Ke et al., "LightGBM", NIPS 2017), on histograms of
 * bins; the larger child's histogram is the parent's less the smaller one's.
 */
export class Grower {
  readonly #features: readonly BinnedFeature[];
  readonly #params: GbtParams;
  readonly #histograms: Histograms;
  readonly #scratch: Int32Array;

  constructor(features: readonly BinnedFeature[], rows: number, params: GbtParams) {
    this.#features = features;
    this.#params = params;
    this.#histograms = new Histograms(features, rows);
    this.#scratch = new Int32Array(rows);
  }

  /**
   * Grows one tree.
   * @param order the rows that it sees; sorted by leaf afterwards
   * @param used the features that it sees
   * @param onLeaf called for every leaf with its value and its rows
   */
  grow(
    order: Int32Array,
    derivatives: Derivatives,
    used: readonly number[],
    onLeaf: (value: number, rows: Int32Array) => void,
  ): Tree {
    const tree: Tree = { feature: [], bin: [], missingLeft: [], left: [], right: [], gain: [], value: [] };
    const leaves: Leaf[] = [this.#root(order, derivatives, used)];
    while (leaves.length < this.#params.leaves) {
      let widest = -1;
      for (let i = 0; i < leaves.length; i++) {
        if ((leaves[i]?.split?.gain ?? 0) > (leaves[widest]?.split?.gain ?? 0)) widest = i;
      }
      const leaf = leaves[widest];
      if (leaf?.split == null || leaf.histogram === null) break;
      const isLast = leaves.length + 1 === this.#params.leaves;
      const [left, right] = this.#divide(tree, leaf.split, leaf.histogram, leaf, order, derivatives, isLast ? [] : used);
      leaves[widest] = left;
      leaves.push(right);
    }
    for (const leaf of leaves) {
      const index = tree.value.length;
      const value = this.#valueOf(leaf.sums);
      tree.value.push(value);
      if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = ~index;
      onLeaf(value, order.subarray(leaf.begin, leaf.begin + leaf.sums.rows));
      if (leaf.histogram !== null) this.#histograms.release(leaf.histogram);
    }
    return tree;
  }

  /** The Newton step -G/(H+l2), shrunk; float32 so that training goes on from what the graph will say. Never -0, which JSON forgets. */
  #valueOf({ gradient, hessian }: NodeSums): number {
    const step = -gradient / (hessian + this.#params.l2);
    return Number.isFinite(step) ? Math.fround(step * this.#params.learning_rate) + 0 : 0;
  }

  #root(order: Int32Array, { gradient, hessian }: Derivatives, used: readonly number[]): Leaf {
    const histogram = this.#histograms.count(order, 0, order.length, gradient, hessian);
    const sums = this.#histograms.total(histogram);
    return { begin: 0, sums, histogram, split: this.#split(histogram, sums, used), parent: -1, isLeft: false };
  }

  /** @param used empty where the children will not be split any more */
  #divide(
    tree: Tree,
    split: Split,
    whole: Float64Array,
    leaf: Leaf,
    order: Int32Array,
    { gradient, hessian }: Derivatives,
    used: readonly number[],
  ): [Leaf, Leaf] {
    const node = tree.feature.length;
    tree.feature.push(split.feature);
    tree.bin.push(split.bin);
    tree.missingLeft.push(split.missingLeft);
    tree.gain.push(split.gain);
    tree.left.push(-1);
    tree.right.push(-1);
    if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = node;
    this.#partition(order, leaf.begin, leaf.sums.rows, split);

    const { left, right } = { left: split.left, right: less(leaf.sums, split.left) };
    const middle = leaf.begin + left.rows;
    const end = leaf.begin + leaf.sums.rows;
    let histograms: [Float64Array | null, Float64Array | null] = [null, null];
    if (used.length === 0 || !(this.#mayBeSplit(left) || this.#mayBeSplit(right))) this.#histograms.release(whole);
    else if (left.rows <= right.rows) {
      const counted = this.#histograms.count(order, leaf.begin, middle, gradient, hessian);
      histograms = [counted, this.#histograms.subtract(whole, counted)];
    } else {
      const counted = this.#histograms.count(order, middle, end, gradient, hessian);
      histograms = [this.#histograms.subtract(whole, counted), counted];
    }
    const child = (begin: number, sums: NodeSums, histogram: Float64Array | null, isLeft: boolean): Leaf => {
      const next = histogram === null ? null : this.#split(histogram, sums, used);
      if (next === null && histogram !== null) this.#histograms.release(histogram);
      return { begin, sums, histogram: next === null ? null : histogram, split: next, parent: node, isLeft };
    };
    return [child(leaf.begin, left, histograms[0], true), child(middle, right, histograms[1], false)];
  }

  #mayBeSplit(sums: NodeSums): boolean {
    return sums.rows >= 2 * this.#params.min_rows_in_leaf;
  }

  #split(histogram: Float64Array, sums: NodeSums, used: readonly number[]): Split | null {
    if (!this.#mayBeSplit(sums)) return null;
    return bestSplit(histogram, sums, this.#features, this.#histograms.offsets, used, this.#params);
  }

  /** Moves the rows that go left to the front, keeping their order. */
  #partition(order: Int32Array, begin: number, rows: number, split: Split): void {
    const { bins, missingBin } = this.#features[split.feature] as BinnedFeature;
    const scratch = this.#scratch;
    let left = begin;
    let right = 0;
    for (let i = begin; i < begin + rows; i++) {
      const row = order[i] as number;
      const bin = bins[row] as number;
      if (bin === missingBin ? split.missingLeft : bin <= split.bin) order[left++] = row;
      else scratch[right++] = row;
    }
    order.set(scratch.subarray(0, right), left);
  }
}

function less(whole: NodeSums, part: NodeSums): NodeSums {
  return {
    gradient: whole.gradient - part.gradient,
    hessian: whole.hessian - part.hessian,
    rows: whole.rows - part.rows,
  };
}
