import type { BinnedFeature } from './binning.ts';
import { perBin, type NodeSums } from './histogram.ts';
import type { GbtParams } from './params.ts';

/** Gains below this are the rounding errors of sums. */
const smallestGain = 1e-10;

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Bins up to this one go left. */
  readonly bin: number;
  /** Where missing values go: to the side that gains, or where the node has seen none to the side of more rows. */
  readonly missingLeft: boolean;
  readonly left: NodeSums;
}

/**
 * The split of a node with the greatest gain G_L²/(H_L+l2) + G_R²/(H_R+l2) - G²/(H+l2) (T. Chen and C. Guestrin, "XGBoost", KDD
 * 2016, eq. 7), missing values tried on both sides. Null where no split gains anything within the limits.
 * @param histogram of the node, `perBin` entries a bin, features from `offsets`
 * @param used the features that may be split on
 */
export function bestSplit(
  histogram: Float64Array,
  sums: NodeSums,
  features: readonly BinnedFeature[],
  offsets: readonly number[],
  used: readonly number[],
  params: GbtParams,
): Split | null {
  const { l2, min_rows_in_leaf: minRows, min_hessian_in_leaf: minHessian } = params;
  const score = (gradient: number, hessian: number) => (gradient * gradient) / (hessian + l2);
  const whole = score(sums.gradient, sums.hessian);
  let best: Split | null = null;
  let bestGain = smallestGain;
  for (const f of used) {
    const { thresholds, missingBin } = features[f] as BinnedFeature;
    const base = (offsets[f] as number) * perBin;
    const at = base + missingBin * perBin;
    const missingRows = histogram[at + 2] as number;
    for (const missingLeft of missingRows > 0 ? [false, true] : [false]) {
      let gradient = missingLeft ? (histogram[at] as number) : 0;
      let hessian = missingLeft ? (histogram[at + 1] as number) : 0;
      let rows = missingLeft ? missingRows : 0;
      // The last value bin may be cut off from the missing ones only when these are on the other side.
      const cuts = missingRows > 0 && !missingLeft ? thresholds.length + 1 : thresholds.length;
      for (let bin = 0; bin < cuts; bin++) {
        const k = base + bin * perBin;
        gradient += histogram[k] as number;
        hessian += histogram[k + 1] as number;
        rows += histogram[k + 2] as number;
        if (rows < minRows || hessian < minHessian) continue;
        const restRows = sums.rows - rows;
        const restHessian = sums.hessian - hessian;
        if (restRows < minRows || restHessian < minHessian) break;
        const gain = score(gradient, hessian) + score(sums.gradient - gradient, restHessian) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          const towards = missingRows > 0 ? missingLeft : rows > restRows;
          best = { gain, feature: f, bin, missingLeft: towards, left: { gradient, hessian, rows } };
        }
      }
    }
  }
  return best;
}
