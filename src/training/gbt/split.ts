import type { BinnedFeature } from './binning.ts';
import type { GbtParams } from './params.ts';

/** Entries of a histogram a bin: sum of gradients, sum of second derivatives, rows. */
export const perBin = 3;
/** A leaf needs this much second derivative, or its value would be noise over nearly nothing. */
const smallestHessian = 1e-3;

export interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
}

export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/**
 * The split of a node with the greatest gain G_L²/(H_L+l2) + G_R²/(H_R+l2) - G²/(H+l2) (T. Chen and C. Guestrin, "XGBoost", KDD
 * 2016, eq. 7), missing values tried on both sides. Null where no split gains anything within the limits.
 * @param histogram of the node, `perBin` entries a bin, features from `offsets`
 */
export function bestSplit(
  histogram: Float64Array,
  sums: NodeSums,
  features: readonly BinnedFeature[],
  offsets: readonly number[],
  used: readonly number[],
  params: GbtParams,
): Split | null {
  const { l2, min_rows_in_leaf: minRows } = params;
  const score = (gradient: number, hessian: number) => (gradient * gradient) / (hessian + l2);
  const whole = score(sums.gradient, sums.hessian);
  let best: Split | null = null;
  let bestGain = 1e-10;
  for (const f of used) {
    const { thresholds, missingBin } = features[f] as BinnedFeature;
    const base = (offsets[f] ?? 0) * perBin;
    const at = base + missingBin * perBin;
    const missing = { gradient: histogram[at] ?? 0, hessian: histogram[at + 1] ?? 0, rows: histogram[at + 2] ?? 0 };
    for (const missingLeft of missing.rows > 0 ? [false, true] : [false]) {
      let gradient = missingLeft ? missing.gradient : 0;
      let hessian = missingLeft ? missing.hessian : 0;
      let rows = missingLeft ? missing.rows : 0;
      // The last value bin may be cut off from the missing ones only when these are on the other side.
      const cuts = missing.rows > 0 && !missingLeft ? thresholds.length + 1 : thresholds.length;
      for (let bin = 0; bin < cuts; bin++) {
        const k = base + bin * perBin;
        gradient += histogram[k] ?? 0;
        hessian += histogram[k + 1] ?? 0;
        rows += histogram[k + 2] ?? 0;
        if (rows < minRows || hessian < smallestHessian) continue;
        const [restRows, restHessian] = [sums.rows - rows, sums.hessian - hessian];
        if (restRows < minRows || restHessian < smallestHessian) break;
        const gain = score(gradient, hessian) + score(sums.gradient - gradient, restHessian) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          best = { gain, feature: f, bin, missingLeft };
        }
      }
    }
  }
  return best;
}
