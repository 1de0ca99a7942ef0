import type { BinnedFeature, Column } from './binning.ts';
import type { Bounds, Derivatives, Kernel } from './kernel/kernel.ts';
import type { GbtParams } from './params.ts';
import { fillSides, type NodeSums, type Split } from './split.ts';
import type { Tree } from './tree.ts';

interface Leaf {
  /** Its rows are order[begin … begin + sums.rows). */
  readonly begin: number;
  readonly sums: NodeSums;
  readonly bounds: Bounds;
  /** Of its histogram; null where the leaf will not be split. */
  readonly slot: number | null;
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
  readonly #kernel: Kernel;
  readonly #freeSlots: number[];
  readonly #monotone: Int8Array;
  /** By bin of the feature that is split on: whether it goes left. */
  readonly #sides = new Uint8Array(256);

  /**
   * @param features their bins are taken into the kernel's columns, unless they are there already
   */
  constructor(features: readonly BinnedFeature[], params: GbtParams, kernel: Kernel) {
    this.#features = features;
    this.#params = params;
    this.#kernel = kernel;
    const monotone = Int8Array.from(features, ({ monotone }) => monotone ?? 0);
    const categories = Uint8Array.from(features, ({ isCategory }) => (isCategory === true ? 1 : 0));
    this.#monotone = monotone;
    this.#freeSlots = Array.from({ length: slotsFor(params) }, (_, slot) => slot);
    for (const [feature, { bins }] of features.entries()) {
      const column = kernel.columns[feature] as Column;
      if (bins !== column.bins) column.bins.set(bins);
    }
    const missingBins = features.map(({ missingBin }) => missingBin);
    // Below any second derivative at all there is no step to take.
    const hessian = Math.max(params.min_hessian_in_leaf, Number.MIN_VALUE);
    const { l2, min_rows_in_leaf: rows, category_l2: categoryL2, category_smoothing: categorySmoothing } = params;
    kernel.open(missingBins, { l2, rows, hessian, monotone, categories, categoryL2, categorySmoothing });
  }

  /**
   * Grows one tree.
   * @param order the rows that it sees; sorted by leaf afterwards
   * @param used the features that it sees
   * @param onLeaf called for every leaf, in order, with its value and its rows, which are to be had until the next tree
   */
  grow(
    order: Int32Array,
    derivatives: Derivatives,
    used: readonly number[],
    onLeaf: (value: number, rows: Int32Array) => void,
  ): Tree {
    const kernel = this.#kernel;
    const own = kernel.derivatives;
    if (derivatives.gradient.buffer !== own.gradient.buffer) {
      own.gradient.set(derivatives.gradient);
      own.hessian.set(derivatives.hessian);
    }
    if (order.buffer !== kernel.order.buffer) kernel.order.set(order);
    const tree: Tree = { feature: [], bin: [], bins: [], missingLeft: [], left: [], right: [], gain: [], value: [] };
    const leaves: Leaf[] = [this.#root(derivatives.gradient.length, order.length, used)];
    while (leaves.length < this.#params.leaves) {
      let widest = -1;
      for (let i = 0; i < leaves.length; i++) {
        if ((leaves[i]?.split?.gain ?? 0) > (leaves[widest]?.split?.gain ?? 0)) widest = i;
      }
      const leaf = leaves[widest];
      if (leaf?.split == null || leaf.slot === null) break;
      const isLast = leaves.length + 1 === this.#params.leaves;
      const [left, right] = this.#divide(tree, leaf.split, leaf.slot, leaf, isLast);
      leaves[widest] = left;
      leaves.push(right);
    }
    for (const leaf of leaves) {
      const index = tree.value.length;
      const value = this.#valueOf(leaf);
      tree.value.push(value);
      if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = ~index;
      onLeaf(value, kernel.order.subarray(leaf.begin, leaf.begin + leaf.sums.rows));
      if (leaf.slot !== null) this.#freeSlots.push(leaf.slot);
    }
    return tree;
  }

  /**
   * The Newton step -G/(H+l2), of the derivatives themselves, shrunk; float32 so that training goes on from what the graph will
   * say. Never -0, which JSON forgets.
   */
  #valueOf({ begin, sums, bounds }: Leaf): number {
    const { gradient, hessian } = this.#kernel.sumRows(begin, begin + sums.rows);
    const step = clamp(-gradient / (hessian + this.#params.l2), bounds);
    return Number.isFinite(step) ? Math.fround(step * this.#params.learning_rate) + 0 : 0;
  }

  #root(rows: number, sampled: number, used: readonly number[]): Leaf {
    const slot = this.#takeSlot();
    const sums = this.#kernel.startTree(rows, sampled, used, slot);
    const bounds = { lower: -Infinity, upper: Infinity };
    const split = this.#mayBeSplit(sums) ? this.#kernel.best(slot, sums, bounds) : null;
    return { begin: 0, sums, bounds, slot, split, parent: -1, isLeft: false };
  }

  /** @param isLast the children will not be split any more */
  #divide(tree: Tree, split: Split, slot: number, leaf: Leaf, isLast: boolean): [Leaf, Leaf] {
    const node = tree.feature.length;
    tree.feature.push(split.feature);
    tree.bin.push(split.bin);
    tree.bins.push(split.bins);
    tree.missingLeft.push(split.missingLeft);
    tree.gain.push(split.gain);
    tree.left.push(-1);
    tree.right.push(-1);
    if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = node;

    const sums = [split.left, less(leaf.sums, split.left)] as const;
    const bounds = this.#boundsOf(split, ...sums, leaf.bounds);
    const side = (i: 0 | 1) => ({ sums: sums[i], bounds: bounds[i], isOpen: !isLast && this.#mayBeSplit(sums[i]) });
    const { feature } = split;
    const goesLeft = this.#sides;
    fillSides(goesLeft, split, (this.#features[feature] as BinnedFeature).missingBin);
    const [left, right] = [side(0), side(1)];
    const begin = leaf.begin;
    const middle = begin + split.left.rows;
    const end = begin + leaf.sums.rows;
    const smallerSlot = this.#takeSlot();
    const splits = this.#kernel.divide({ feature, goesLeft, begin, middle, end, left, right, slot, smallerSlot });
    const isLeftSmaller = middle - begin <= end - middle;
    const child = (i: 0 | 1): Leaf => {
      const own = (i === 0) === isLeftSmaller ? smallerSlot : slot;
      if (splits[i] === null) this.#freeSlots.push(own);
      const next = splits[i];
      const from = i === 0 ? begin : middle;
      const kept = next === null ? null : own;
      return { begin: from, sums: sums[i], bounds: bounds[i], slot: kept, split: next, parent: node, isLeft: i === 0 };
    };
    return [child(0), child(1)];
  }

  /** Neither side of a monotone split may pass the middle between the two, further down either. */
  #boundsOf(split: Split, left: NodeSums, right: NodeSums, bounds: Bounds): [Bounds, Bounds] {
    const direction = this.#monotone[split.feature] as number;
    if (direction === 0) return [bounds, bounds];
    const step = ({ gradient, hessian }: NodeSums) => clamp(-gradient / (hessian + this.#params.l2), bounds);
    const middle = (step(left) + step(right)) / 2;
    const [below, above] = [
      { ...bounds, upper: middle },
      { ...bounds, lower: middle },
    ];
    return direction > 0 ? [below, above] : [above, below];
  }

  #mayBeSplit(sums: NodeSums): boolean {
    return sums.rows >= 2 * this.#params.min_rows_in_leaf;
  }

  #takeSlot(): number {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw new Error('There are more histograms than leaves.');
    return slot;
  }
}

/** Histograms that a tree may need at the same time: one a leaf, and one more while a leaf is divided. */
export function slotsFor(params: GbtParams): number {
  return params.leaves + 1;
}

function clamp(value: number, { lower, upper }: Bounds): number {
  return Math.min(Math.max(value, lower), upper);
}

function less(whole: NodeSums, part: NodeSums): NodeSums {
  return {
    gradient: whole.gradient - part.gradient,
    hessian: whole.hessian - part.hessian,
    rows: whole.rows - part.rows,
  };
}
