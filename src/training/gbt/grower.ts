import type { BinnedFeature } from './binning.ts';
import type { GbtParams } from './params.ts';
import type { NodeSums, Split } from './split.ts';
import { bestSplit, perBin } from './split.ts';
import type { Tree } from './tree.ts';

interface Leaf {
  /** Its rows are order[begin … begin + sums.rows). */
  readonly begin: number;
  readonly sums: NodeSums;
  readonly histogram: Float64Array;
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
  readonly #offsets: number[] = [];
  readonly #size: number;
  readonly #scratch: Int32Array;
  readonly #free: Float64Array[] = [];

  constructor(features: readonly BinnedFeature[], rows: number, params: GbtParams) {
    this.#features = features;
    this.#params = params;
    let bins = 0;
    for (const feature of features) {
      this.#offsets.push(bins);
      bins += feature.missingBin + 1;
    }
    this.#size = bins * perBin;
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
    gradient: Float64Array,
    hessian: Float64Array,
    used: readonly number[],
    onLeaf: (leaf: number, value: number, rows: Int32Array) => void,
  ): Tree {
    const tree: Tree = { feature: [], bin: [], missingLeft: [], left: [], right: [], gain: [], value: [] };
    const root = this.#leaf(order, 0, order.length, gradient, hessian, used, -1, false, null);
    const leaves: Leaf[] = [root];
    while (leaves.length < this.#params.leaves) {
      let widest = -1;
      for (let i = 0; i < leaves.length; i++) if ((leaves[i]?.split?.gain ?? 0) > (leaves[widest]?.split?.gain ?? 0)) widest = i;
      const leaf = leaves[widest];
      if (leaf?.split == null) break;
      const [left, right] = this.#divide(tree, leaf, leaf.split, order, gradient, hessian, used);
      leaves[widest] = left;
      leaves.push(right);
    }
    for (const leaf of leaves) {
      const index = tree.value.length;
      const value = (-leaf.sums.gradient / (leaf.sums.hessian + this.#params.l2)) * this.#params.learning_rate;
      const kept = Number.isFinite(value) ? value : 0;
      tree.value.push(kept);
      if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = ~index;
      onLeaf(index, kept, order.subarray(leaf.begin, leaf.begin + leaf.sums.rows));
      this.#free.push(leaf.histogram);
    }
    return tree;
  }

  #divide(
    tree: Tree,
    leaf: Leaf,
    split: Split,
    order: Int32Array,
    gradient: Float64Array,
    hessian: Float64Array,
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
    const leftRows = this.#partition(order, leaf.begin, leaf.sums.rows, split);
    const rightRows = leaf.sums.rows - leftRows;
    const middle = leaf.begin + leftRows;
    if (leftRows <= rightRows) {
      const left = this.#leaf(order, leaf.begin, leftRows, gradient, hessian, used, node, true, null);
      return [left, this.#leaf(order, middle, rightRows, gradient, hessian, used, node, false, [leaf, left])];
    }
    const right = this.#leaf(order, middle, rightRows, gradient, hessian, used, node, false, null);
    return [this.#leaf(order, leaf.begin, leftRows, gradient, hessian, used, node, true, [leaf, right]), right];
  }

  /** Moves the rows that go left to the front, keeping their order. Returns how many these are. */
  #partition(order: Int32Array, begin: number, rows: number, split: Split): number {
    const { bins, missingBin } = this.#features[split.feature] as BinnedFeature;
    let left = begin;
    let right = 0;
    for (let i = begin; i < begin + rows; i++) {
      const row = order[i] as number;
      const bin = bins[row] as number;
      if (bin === missingBin ? split.missingLeft : bin <= split.bin) order[left++] = row;
      else this.#scratch[right++] = row;
    }
    order.set(this.#scratch.subarray(0, right), left);
    return left - begin;
  }

  /** A leaf with its histogram: counted, or the parent's (whose memory it takes over) less the sibling's. */
  #leaf(
    order: Int32Array,
    begin: number,
    rows: number,
    gradient: Float64Array,
    hessian: Float64Array,
    used: readonly number[],
    parent: number,
    isLeft: boolean,
    from: [Leaf, Leaf] | null,
  ): Leaf {
    let histogram: Float64Array;
    if (from === null) histogram = this.#count(order, begin, rows, gradient, hessian, used);
    else {
      histogram = from[0].histogram;
      const less = from[1].histogram;
      for (let i = 0; i < histogram.length; i++) histogram[i] = (histogram[i] as number) - (less[i] as number);
    }
    let [g, h] = [0, 0];
    for (let i = begin; i < begin + rows; i++) {
      g += gradient[order[i] as number] as number;
      h += hessian[order[i] as number] as number;
    }
    const sums = { gradient: g, hessian: h, rows };
    const split =
      rows < 2 * this.#params.min_rows_in_leaf
        ? null
        : bestSplit(histogram, sums, this.#features, this.#offsets, used, this.#params);
    return { begin, sums, histogram, split, parent, isLeft };
  }

  #count(
    order: Int32Array,
    begin: number,
    rows: number,
    gradient: Float64Array,
    hessian: Float64Array,
    used: readonly number[],
  ): Float64Array {
    const histogram = this.#free.pop()?.fill(0) ?? new Float64Array(this.#size);
    const end = begin + rows;
    for (const f of used) {
      const { bins } = this.#features[f] as BinnedFeature;
      const base = (this.#offsets[f] as number) * perBin;
      for (let i = begin; i < end; i++) {
        const row = order[i] as number;
        const k = base + (bins[row] as number) * perBin;
        histogram[k] = (histogram[k] as number) + (gradient[row] as number);
        histogram[k + 1] = (histogram[k + 1] as number) + (hessian[row] as number);
        histogram[k + 2] = (histogram[k + 2] as number) + 1;
      }
    }
    return histogram;
  }
}
