import type { Tree } from './tree.ts';

/**
 * The values of a tree's leaves, moved as far as monotone features ask: where some of the leaves below a split of such a feature would
 * turn its direction round, neither side passes the middle between the means of both (the basic method of LightGBM, at the leaves:
 * they are not the steps by which the tree was grown).
 * @param values by leaf
 * @param rows by leaf, more than 0
 * @param directions by feature: 1 where the score may only rise, -1 where it may only fall, 0 where it is free
 */
export function orderedLeaves(
  tree: Pick<Tree, 'feature' | 'left' | 'right'>,
  values: readonly number[],
  rows: readonly number[],
  directions: readonly number[],
): number[] {
  const ordered = [...values];
  settle(tree.feature.length === 0 ? ~0 : 0, -Infinity, Infinity);
  return ordered;

  function settle(node: number, low: number, high: number): void {
    if (node < 0) {
      ordered[~node] = Math.min(high, Math.max(low, ordered[~node] as number));
      return;
    }
    const [left, right] = [tree.left[node] as number, tree.right[node] as number];
    const direction = directions[tree.feature[node] as number] ?? 0;
    const [lower, upper] = direction < 0 ? [right, left] : [left, right];
    const [below, above] = [summary(lower), summary(upper)];
    if (direction === 0 || below.greatest <= above.least) {
      settle(lower, low, high);
      settle(upper, low, high);
      return;
    }
    const middle = Math.min(high, Math.max(low, Math.fround((below.mean + above.mean) / 2)));
    settle(lower, low, middle);
    settle(upper, middle, high);
  }

  /** Of the leaves below a node. */
  function summary(node: number): { least: number; greatest: number; mean: number } {
    let [least, greatest, sum, weight] = [Infinity, -Infinity, 0, 0];
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next >= 0) open.push(tree.left[next] as number, tree.right[next] as number);
      else {
        const value = ordered[~next] as number;
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
        sum += value * (rows[~next] as number);
        weight += rows[~next] as number;
      }
    }
    return { least, greatest, mean: sum / weight };
  }
}
