import { scanCategory } from './category-split';
import { categories, featureBytes, features, histogramAt, missingBins, monotone, share, used } from './layout';
import * as node from './node';

/** Leaves room for the rounding of both ways to compare gains. */
const nearly: f64 = 0.999999999999;

/**
 * Writes the best split of a node by this thread's share of the features; its gain stays the smallest one where none gains more.
 * ../../best-split.ts says what is looked for.
 * @param side where the node's gradient, hessian and bounds lie
 */
export function best(slot: i32, side: i32, rows: i32, into: usize, thread: i32, threads: i32): void {
  node.startNode(side, rows, into);
  const end = share(features, thread + 1, threads);
  for (let feature = share(features, thread, threads); feature < end; feature++) {
    if (load<u8>(used + <usize>feature) === 0) continue;
    const cells = histogramAt(slot) + <usize>feature * featureBytes;
    if (load<u8>(categories + <usize>feature) !== 0) {
      scanCategory(cells, feature, thread);
      continue;
    }
    const missing = v128.load(cells + ((<usize>load<i32>(missingBins + ((<usize>feature) << 2))) << 4));
    const hasMissing = v128.any_true(missing);
    scan(cells, feature, i64x2.splat(0), hasMissing, false);
    if (hasMissing) scan(cells, feature, missing, true, true);
  }
}

function scan(cells: usize, feature: i32, start: v128, hasMissing: bool, missingLeft: bool): void {
  // The last value bin may be cut off from the missing ones only when these are on the other side.
  const values = load<i32>(missingBins + ((<usize>feature) << 2));
  const cuts = hasMissing && !missingLeft ? values : values - 1;
  const countMask = ((<i64>1) << node.countBits) - 1;
  const direction = load<i8>(monotone + <usize>feature);
  // Held here, because globals are read anew every time.
  const bits = node.countBits;
  const rowsAtLeast = node.minRows;
  const rowsAtMost = node.nodeRows - node.minRows;
  const hessianAtLeast = node.minHessian;
  const allGradient = node.nodeGradient;
  const allHessian = node.nodeHessian;
  const unitOfGradient = node.gradientUnit;
  const unitOfHessian = node.hessianUnit;
  const added = node.l2;
  const whole = node.whole;
  const constrained = node.isConstrained;
  let toBeat = (node.bestGain + whole) * nearly;
  let sum = start;
  for (let bin = 0; bin < cuts; bin++, cells += 16) {
    const cell = v128.load(cells);
    // Nobody is in this bin: the split is the one before it.
    if (!v128.any_true(cell) && bin > 0) continue;
    sum = i64x2.add(sum, cell);
    const packed = i64x2.extract_lane(sum, 1);
    const rows = <i32>(packed & countMask);
    if (rows < rowsAtLeast) continue;
    if (rows > rowsAtMost) break;
    const hessian = <f64>(packed >> bits) * unitOfHessian;
    if (hessian < hessianAtLeast) continue;
    const restHessian = allHessian - hessian;
    if (restHessian < hessianAtLeast) break;
    const gradient = <f64>i64x2.extract_lane(sum, 0) * unitOfGradient;
    const restGradient = allGradient - gradient;
    let gain: f64;
    if (constrained) {
      const left = node.stepOf(gradient, hessian, added);
      const right = node.stepOf(restGradient, restHessian, added);
      if (direction > 0 ? left > right : direction < 0 && left < right) continue;
      gain = node.gainOf(gradient, hessian, left, added) + node.gainOf(restGradient, restHessian, right, added) - whole;
    } else {
      const leftWeight = hessian + added;
      const rightWeight = restHessian + added;
      const left = gradient * gradient;
      const right = restGradient * restGradient;
      // Dividing is slow, and most splits are far from the best one: those fall short multiplied out as well.
      if (left * rightWeight + right * leftWeight < toBeat * (leftWeight * rightWeight)) continue;
      gain = left / leftWeight + right / rightWeight - whole;
    }
    if (gain > node.bestGain) {
      toBeat = (gain + whole) * nearly;
      const towards = hasMissing ? missingLeft : rows > node.nodeRows - rows;
      node.keep(gain, gradient, hessian, rows, feature, bin, towards);
    }
  }
}
