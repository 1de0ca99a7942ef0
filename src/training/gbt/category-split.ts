import { plus, type BestSoFar } from './best-so-far.ts';
import { fewLevels, mostLevels, rowsOfGroup } from './kernel/assembly/category-limits.ts';
import type { NodeSums } from './split.ts';

interface Level {
  readonly bin: number;
  readonly sums: NodeSums;
}

/**
 * Offers splits of a category, in this node and by this node's rows: its levels in the order of G/(H+smoothing), from both ends, where
 * the best of all sets is found for a squared loss (W. Fisher, "On grouping for maximum homogeneity", JASA 1958). How levels of few
 * rows are kept from deciding is LightGBM's (G. Ke et al., NIPS 2017, and FindBestThresholdCategoricalInner of its
 * src/treelearner/feature_histogram.hpp, with its numbers). Missing values are a level like others; levels that stand in no set are
 * on the right.
 */
export function splitCategory(best: BestSoFar, feature: number, missingBin: number): void {
  const { categorySmoothing } = best.limits;
  const levels: Level[] = [];
  for (let bin = 0; bin <= missingBin; bin++) levels.push({ bin, sums: best.sumsOf(feature, bin) });
  const hasMissing = (levels[missingBin] as Level).sums.rows > 0;
  const offer = (left: NodeSums, l2: number, some: readonly Level[]) =>
    best.offer(left, l2, 0, () => ({
      feature,
      bin: -1,
      bins: some
        .map(({ bin }) => bin)
        .filter((bin) => bin !== missingBin)
        .toSorted((a, b) => a - b),
      missingLeft: hasMissing ? some.some(({ bin }) => bin === missingBin) : left.rows > best.node.sums.rows - left.rows,
    }));
  if (missingBin <= fewLevels) {
    for (const level of levels) if (isWithin(best, level.sums) === 'yes') offer(level.sums, best.limits.l2, [level]);
    return;
  }
  const ratio = ({ gradient, hessian }: NodeSums) => gradient / (hessian + categorySmoothing);
  const inOrder = levels
    .filter(({ sums }) => sums.rows >= categorySmoothing)
    .toSorted((a, b) => ratio(a.sums) - ratio(b.sums) || a.bin - b.bin);
  const most = Math.min(mostLevels, Math.ceil(inOrder.length / 2));
  for (const ordered of [inOrder, inOrder.toReversed()]) {
    let left: NodeSums = { gradient: 0, hessian: 0, rows: 0 };
    let group = 0;
    for (const [i, { sums }] of ordered.slice(0, most).entries()) {
      left = plus(left, sums);
      group += sums.rows;
      const within = isWithin(best, left);
      if (within === 'too little') continue;
      if (within === 'too much' || best.node.sums.rows - left.rows < rowsOfGroup) break;
      if (group < rowsOfGroup) continue;
      group = 0;
      offer(left, best.limits.l2 + best.limits.categoryL2, ordered.slice(0, i + 1));
    }
  }
}

function isWithin({ node, limits }: BestSoFar, left: NodeSums): 'yes' | 'too little' | 'too much' {
  if (left.rows < limits.rows || left.hessian < limits.hessian) return 'too little';
  if (node.sums.rows - left.rows < limits.rows || node.sums.hessian - left.hessian < limits.hessian) return 'too much';
  return 'yes';
}
