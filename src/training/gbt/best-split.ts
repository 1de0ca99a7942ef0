import { BestSoFar, plus } from './best-so-far.ts';
import { splitCategory } from './category-split.ts';
import type { Node, NodeSums, Split, SplitLimits } from './split.ts';

/**
 * The split of a node with the greatest gain G_L²/(H_L+l2) + G_R²/(H_R+l2) - G²/(H+l2) (T. Chen and C. Guestrin, "XGBoost", KDD
 * 2016, eq. 7), missing values tried on both sides. Null where no split gains anything within the limits. With monotone features
 * the sides' steps are held within the node's bounds, gains are those of such steps, and a split whose sides are the wrong way
 * round is none (LightGBM's "basic" method). Categories: see category-split.ts.
 * @param missingBins by feature, the last of its bins
 * @param used the features that may be split on
 */
export function bestSplit(
  node: Node,
  missingBins: readonly number[],
  used: readonly number[],
  limits: SplitLimits,
): Split | null {
  const best = new BestSoFar(node, limits);
  for (const feature of used) {
    const missingBin = missingBins[feature] as number;
    if (limits.categories[feature] === 1) splitCategory(best, feature, missingBin);
    else splitNumber(best, feature, missingBin);
  }
  return best.split;
}

function splitNumber(best: BestSoFar, feature: number, missingBin: number): void {
  const { limits, node } = best;
  const direction = limits.monotone[feature] ?? 0;
  const missing = best.sumsOf(feature, missingBin);
  const hasMissing = missing.rows > 0;
  for (const missingLeft of hasMissing ? [false, true] : [false]) {
    let left: NodeSums = missingLeft ? missing : { gradient: 0, hessian: 0, rows: 0 };
    // The last value bin may be cut off from the missing ones only when these are on the other side.
    const cuts = hasMissing && !missingLeft ? missingBin : missingBin - 1;
    for (let bin = 0; bin < cuts; bin++) {
      const some = best.sumsOf(feature, bin);
      // Nobody is in this bin: the split is the one before it.
      if (bin > 0 && some.rows === 0) continue;
      left = plus(left, some);
      const restRows = node.sums.rows - left.rows;
      if (left.rows < limits.rows || left.hessian < limits.hessian) continue;
      if (restRows < limits.rows || node.sums.hessian - left.hessian < limits.hessian) break;
      const towards = hasMissing ? missingLeft : left.rows > restRows;
      best.offer(left, limits.l2, direction, () => ({ feature, bin, bins: null, missingLeft: towards }));
    }
  }
}
