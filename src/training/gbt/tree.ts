/**
 * One tree. A child >= 0 is an inner node, a negative one the leaf `~child`. A row goes left where its bin is at most
 * `bin[node]`, a missing value where `missingLeft` says.
 */
export interface Tree {
  readonly feature: number[];
  readonly bin: number[];
  readonly missingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  readonly gain: number[];
  /** By leaf; the learning rate is in it. */
  readonly value: number[];
}

/** The leaf of one row. */
export function leafOf(tree: Tree, binAt: (feature: number) => number, missingBin: readonly number[]): number {
  if (tree.feature.length === 0) return 0;
  let node = 0;
  while (node >= 0) {
    const feature = tree.feature[node] ?? 0;
    const bin = binAt(feature);
    const left = bin === missingBin[feature] ? tree.missingLeft[node] : bin <= (tree.bin[node] ?? 0);
    node = (left ? tree.left[node] : tree.right[node]) ?? -1;
  }
  return ~node;
}
