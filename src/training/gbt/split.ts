/** Entries of a histogram a bin: sum of gradients, sum of second derivatives, rows. */
export const perBin = 3;

/** Gains below this are the rounding errors of sums. */
export const smallestGain = 1e-10;

/** Sums over some rows. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/** What a split has to keep to. */
export interface SplitLimits {
  /** Added to a leaf's sum of second derivatives. */
  readonly l2: number;
  /** Of a leaf, at least. */
  readonly rows: number;
  readonly hessian: number;
  /** By feature: 1 where the score may only rise with it, -1 where it may only fall, 0 where it is free. */
  readonly monotone: Int8Array;
}

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Bins up to this one go left. */
  readonly bin: number;
  /** Where missing values go: to the side that gains, or where the node has seen none to the side of more rows. */
  readonly missingLeft: boolean;
  readonly left: NodeSums;
}

/** A node, its histogram and the bounds of its values. */
export interface Node {
  /** `perBin` entries a bin, 256 bins a feature; in units of fixed point. */
  readonly histogram: Float64Array;
  readonly gradientUnit: number;
  readonly hessianUnit: number;
  readonly sums: NodeSums;
  readonly bounds: { readonly lower: number; readonly upper: number };
}

/**
 * The split of a node with the greatest gain G_L²/(H_L+l2) + G_R²/(H_R+l2) - G²/(H+l2) (T. Chen and C. Guestrin, "XGBoost", KDD
 * 2016, eq. 7), missing values tried on both sides. Null where no split gains anything within the limits. With monotone features
 * the sides' steps are held within the node's bounds, gains are those of such steps, and a split whose sides are the wrong way
 * round is none (LightGBM's "basic" method).
 * @param missingBins by feature, the last of its bins
 * @param used the features that may be split on
 */
export function bestSplit(
  node: Node,
  missingBins: readonly number[],
  used: readonly number[],
  limits: SplitLimits,
): Split | null {
  const { histogram, sums, bounds, gradientUnit, hessianUnit } = node;
  const { l2, monotone } = limits;
  const isConstrained = monotone.some((direction) => direction !== 0);
  const output = (gradient: number, hessian: number) =>
    Math.min(Math.max(-gradient / (hessian + l2), bounds.lower), bounds.upper);
  const gainOf = (gradient: number, hessian: number, step: number) => -(2 * gradient * step + (hessian + l2) * step * step);
  const score = (gradient: number, hessian: number) => (gradient * gradient) / (hessian + l2);
  const whole = isConstrained
    ? gainOf(sums.gradient, sums.hessian, output(sums.gradient, sums.hessian))
    : score(sums.gradient, sums.hessian);
  let best: Split | null = null;
  let bestGain = smallestGain;
  for (const feature of used) {
    const direction = monotone[feature] ?? 0;
    const values = missingBins[feature] as number;
    const base = feature * 256 * perBin;
    const missing = base + values * perBin;
    const missingRows = histogram[missing + 2] as number;
    for (const missingLeft of missingRows > 0 ? [false, true] : [false]) {
      let gradient = missingLeft ? (histogram[missing] as number) * gradientUnit : 0;
      let hessian = missingLeft ? (histogram[missing + 1] as number) * hessianUnit : 0;
      let rows = missingLeft ? missingRows : 0;
      // The last value bin may be cut off from the missing ones only when these are on the other side.
      const cuts = missingRows > 0 && !missingLeft ? values : values - 1;
      for (let bin = 0; bin < cuts; bin++) {
        const k = base + bin * perBin;
        // Nobody is in this bin: the split is the one before it.
        if (bin > 0 && histogram[k + 2] === 0) continue;
        gradient += (histogram[k] as number) * gradientUnit;
        hessian += (histogram[k + 1] as number) * hessianUnit;
        rows += histogram[k + 2] as number;
        if (rows < limits.rows) continue;
        const restRows = sums.rows - rows;
        if (restRows < limits.rows) break;
        if (hessian < limits.hessian) continue;
        const restHessian = sums.hessian - hessian;
        if (restHessian < limits.hessian) break;
        const restGradient = sums.gradient - gradient;
        let gain: number;
        if (isConstrained) {
          const [left, right] = [output(gradient, hessian), output(restGradient, restHessian)];
          if (direction > 0 ? left > right : direction < 0 && left < right) continue;
          gain = gainOf(gradient, hessian, left) + gainOf(restGradient, restHessian, right) - whole;
        } else gain = score(gradient, hessian) + score(restGradient, restHessian) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          const towards = missingRows > 0 ? missingLeft : rows > restRows;
          best = { gain, feature, bin, missingLeft: towards, left: { gradient, hessian, rows } };
        }
      }
    }
  }
  return best;
}
