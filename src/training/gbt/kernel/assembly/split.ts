import { answerOf, featureBytes, features, histogramAt, integer, missingBins, monotone, number, share, used } from './layout';
import * as place from './places';

let l2: f64 = 0;
let minRows: i32 = 0;
let minHessian: f64 = 0;
let gradientUnit: f64 = 0;
let hessianUnit: f64 = 0;
let countBits: i64 = 0;
let isConstrained: bool = false;
// The node that is looked at, and the best split of it so far.
let answer: usize = 0;
let nodeGradient: f64 = 0;
let nodeHessian: f64 = 0;
let nodeRows: i32 = 0;
let lowest: f64 = 0;
let highest: f64 = 0;
let whole: f64 = 0;
let bestGain: f64 = 0;

/** Leaves room for the rounding of both ways to compare gains. */
const nearly: f64 = 0.999999999999;

/** Reads the limits, and what one unit of fixed point is worth in this tree. */
export function prepare(): void {
  l2 = number(place.l2);
  minRows = integer(place.minRows);
  minHessian = number(place.minHessian);
  gradientUnit = number(place.gradientUnit);
  hessianUnit = number(place.hessianUnit);
  countBits = <i64>integer(place.countBits);
  isConstrained = integer(place.isConstrained) !== 0;
}

/**
 * Writes the best split of a node by this thread's share of the features; its gain stays the smallest one where none gains more.
 * ../split.ts says what is looked for.
 * @param side where the node's gradient, hessian and bounds lie
 */
export function best(slot: i32, side: i32, rows: i32, into: usize, thread: i32, threads: i32): void {
  answer = into;
  nodeGradient = number(side);
  nodeHessian = number(side + 1);
  nodeRows = rows;
  lowest = number(side + 2);
  highest = number(side + 3);
  bestGain = number(place.smallestGain);
  store<f64>(answer, bestGain);
  whole = (nodeGradient * nodeGradient) / (nodeHessian + l2);
  if (isConstrained) whole = gainOf(nodeGradient, nodeHessian, stepOf(nodeGradient, nodeHessian));
  const end = share(features, thread + 1, threads);
  for (let feature = share(features, thread, threads); feature < end; feature++) {
    if (load<u8>(used + <usize>feature) === 0) continue;
    const cells = histogramAt(slot) + <usize>feature * featureBytes;
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
  const countMask = ((<i64>1) << countBits) - 1;
  const direction = load<i8>(monotone + <usize>feature);
  // Held here, because globals are read anew every time.
  const bits = countBits;
  const rowsAtLeast = minRows;
  const rowsAtMost = nodeRows - minRows;
  const hessianAtLeast = minHessian;
  const allGradient = nodeGradient;
  const allHessian = nodeHessian;
  const unitOfGradient = gradientUnit;
  const unitOfHessian = hessianUnit;
  const added = l2;
  const constrained = isConstrained;
  let toBeat = (bestGain + whole) * nearly;
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
      const left = stepOf(gradient, hessian);
      const right = stepOf(restGradient, restHessian);
      if (direction > 0 ? left > right : direction < 0 && left < right) continue;
      gain = gainOf(gradient, hessian, left) + gainOf(restGradient, restHessian, right) - whole;
    } else {
      const leftWeight = hessian + added;
      const rightWeight = restHessian + added;
      const left = gradient * gradient;
      const right = restGradient * restGradient;
      // Dividing is slow, and most splits are far from the best one: those fall short multiplied out as well.
      if (left * rightWeight + right * leftWeight < toBeat * (leftWeight * rightWeight)) continue;
      gain = left / leftWeight + right / rightWeight - whole;
    }
    if (gain > bestGain) {
      bestGain = gain;
      toBeat = (gain + whole) * nearly;
      store<f64>(answer, gain);
      store<f64>(answer, gradient, 8);
      store<f64>(answer, hessian, 16);
      store<i32>(answer, rows, 24);
      store<i32>(answer, feature, 28);
      store<i32>(answer, bin, 32);
      const towards = hasMissing ? missingLeft : rows > nodeRows - rows;
      store<i32>(answer, <i32>towards, 36);
    }
  }
}

/** The leaf's step -G/(H+l2), held within the bounds that constraints above it set. */
function stepOf(gradient: f64, hessian: f64): f64 {
  return min(max(-gradient / (hessian + l2), lowest), highest);
}

/** What the loss falls by, twice, where a leaf takes this step: -(2 G w + (H+l2) w²). */
function gainOf(gradient: f64, hessian: f64, step: f64): f64 {
  return -(2 * gradient * step + (hessian + l2) * step * step);
}
