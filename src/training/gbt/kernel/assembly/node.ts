// The node whose best split a thread looks for, what its splits have to keep to, and the best of them so far.
import { integer, number } from './layout';
import * as place from './places';

export let l2: f64 = 0;
export let categoryL2: f64 = 0;
export let categorySmoothing: f64 = 0;
export let minRows: i32 = 0;
export let minHessian: f64 = 0;
export let gradientUnit: f64 = 0;
export let hessianUnit: f64 = 0;
export let countBits: i64 = 0;
export let isConstrained: bool = false;
export let nodeGradient: f64 = 0;
export let nodeHessian: f64 = 0;
export let nodeRows: i32 = 0;
/** What it scores unsplit. */
export let whole: f64 = 0;
export let bestGain: f64 = 0;
let lowest: f64 = 0;
let highest: f64 = 0;
let answer: usize = 0;

/** Reads the limits, and what one unit of fixed point is worth in this tree. */
export function prepare(): void {
  l2 = number(place.l2);
  categoryL2 = number(place.categoryL2);
  categorySmoothing = number(place.categorySmoothing);
  minRows = integer(place.minRows);
  minHessian = number(place.minHessian);
  gradientUnit = number(place.gradientUnit);
  hessianUnit = number(place.hessianUnit);
  countBits = <i64>integer(place.countBits);
  isConstrained = integer(place.isConstrained) !== 0;
}

/** @param side where the node's gradient, hessian and bounds lie @param into where its best split goes */
export function startNode(side: i32, rows: i32, into: usize): void {
  answer = into;
  nodeGradient = number(side);
  nodeHessian = number(side + 1);
  nodeRows = rows;
  lowest = number(side + 2);
  highest = number(side + 3);
  bestGain = number(place.smallestGain);
  store<f64>(answer, bestGain, place.gainOfSplit);
  whole = scoreOf(nodeGradient, nodeHessian, l2);
}

/** The leaf's step -G/(H+l2), held within the bounds that constraints above it set. */
export function stepOf(gradient: f64, hessian: f64, l2: f64): f64 {
  return min(max(-gradient / (hessian + l2), lowest), highest);
}

/** What the loss falls by, twice, where a leaf takes this step: -(2 G w + (H+l2) w²). */
export function gainOf(gradient: f64, hessian: f64, step: f64, l2: f64): f64 {
  return -(2 * gradient * step + (hessian + l2) * step * step);
}

/** What the loss falls by, twice, where the rows take one step. */
export function scoreOf(gradient: f64, hessian: f64, l2: f64): f64 {
  if (isConstrained) return gainOf(gradient, hessian, stepOf(gradient, hessian, l2), l2);
  return (gradient * gradient) / (hessian + l2);
}

/** Keeps a split, which is better than the one before. @param bin -1 for a set, which the caller fills */
export function keep(gain: f64, gradient: f64, hessian: f64, rows: i32, feature: i32, bin: i32, missingLeft: bool): void {
  bestGain = gain;
  store<f64>(answer, gain, place.gainOfSplit);
  store<f64>(answer, gradient, place.gradientOfSplit);
  store<f64>(answer, hessian, place.hessianOfSplit);
  store<i32>(answer, rows, place.rowsOfSplit);
  store<i32>(answer, feature, place.featureOfSplit);
  store<i32>(answer, bin, place.binOfSplit);
  store<i32>(answer, <i32>missingLeft, place.missingLeftOfSplit);
}

export function clearSet(): void {
  memory.fill(answer + place.setOfSplit, 0, 32);
}

export function putIntoSet(bin: i32): void {
  const at = answer + <usize>(bin >> 3);
  const bits = (<i32>load<u8>(at, place.setOfSplit)) | (1 << (bin & 7));
  store<u8>(at, <u8>bits, place.setOfSplit);
}
