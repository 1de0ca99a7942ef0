import type { BinnedFeature } from './binning.ts';
import { fillSides } from './split.ts';

/**
 * One tree. A child >= 0 is an inner node, a negative one the leaf `~child`; a tree without inner nodes is its leaf 0. A row
 * goes left where its bin is at most `bin[node]`, or where that is a category among `bins[node]`, a missing value where
 * `missingLeft` says.
 */
export interface Tree {
  readonly feature: number[];
  readonly bin: number[];
  readonly bins: (readonly number[] | null)[];
  readonly missingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  readonly gain: number[];
  /** By leaf, float32 as in the ONNX graph; the learning rate is in it. */
  readonly value: number[];
}

/** Adds to every row's score, from row `from` on, what the tree says of it. */
export function addTree(tree: Tree, features: readonly BinnedFeature[], score: Float64Array, from = 0): void {
  const bins = tree.feature.map((feature) => (features[feature] as BinnedFeature).bins);
  const sides = new Uint8Array(tree.feature.length * 256);
  for (const [node, feature] of tree.feature.entries()) {
    const test = { bin: tree.bin[node] as number, bins: tree.bins[node] ?? null, missingLeft: tree.missingLeft[node] === true };
    fillSides(sides.subarray(node * 256, (node + 1) * 256), test, (features[feature] as BinnedFeature).missingBin);
  }
  const root = bins.length === 0 ? ~0 : 0;
  for (let row = from; row < score.length; row++) {
    let node = root;
    while (node >= 0) {
      const goesLeft = sides[node * 256 + (bins[node]?.[row] as number)] === 1;
      node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
    }
    score[row] = (score[row] as number) + (tree.value[~node] as number);
  }
}
