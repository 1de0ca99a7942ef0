import { fewLevels, mostLevels, rowsOfGroup } from './category-limits';
import { levelsOf, missingBins } from './layout';
import * as node from './node';

/** Where the bins begin behind what they are ordered by. */
const binsAt: usize = 2048;

let gradient: f64 = 0;
let hessian: f64 = 0;
let rows: i32 = 0;

/** Keeps the best split of a category, as ../../category-split.ts finds it. */
export function scanCategory(cells: usize, feature: i32, thread: i32): void {
  const missingBin = load<i32>(missingBins + ((<usize>feature) << 2));
  read(cells, missingBin);
  const hasMissing = rows > 0;
  if (missingBin <= fewLevels) {
    for (let bin = 0; bin <= missingBin; bin++) {
      read(cells, bin);
      if (isTooLittle(hessian, rows) || isTooLittle(node.nodeHessian - hessian, node.nodeRows - rows)) continue;
      if (!offer(gradient, hessian, rows, node.l2, feature, hasMissing)) continue;
      node.clearSet();
      node.putIntoSet(bin);
    }
    return;
  }
  const levels = levelsOf(thread);
  const count = putInOrder(cells, missingBin, levels);
  const most = min(mostLevels, (count + 1) >> 1);
  for (let way = 0; way < 2; way++) {
    let leftGradient: f64 = 0;
    let leftHessian: f64 = 0;
    let leftRows = 0;
    let group = 0;
    for (let i = 0; i < most; i++) {
      read(cells, levelAt(levels, way === 0 ? i : count - 1 - i));
      leftGradient += gradient;
      leftHessian += hessian;
      leftRows += rows;
      group += rows;
      if (isTooLittle(leftHessian, leftRows)) continue;
      const restRows = node.nodeRows - leftRows;
      if (isTooLittle(node.nodeHessian - leftHessian, restRows) || restRows < rowsOfGroup) break;
      if (group < rowsOfGroup) continue;
      group = 0;
      if (!offer(leftGradient, leftHessian, leftRows, node.l2 + node.categoryL2, feature, hasMissing)) continue;
      node.clearSet();
      for (let k = 0; k <= i; k++) node.putIntoSet(levelAt(levels, way === 0 ? k : count - 1 - k));
    }
  }
}

/** Keeps a set where it gains more than the best split so far, and says whether it did. */
function offer(gradient: f64, hessian: f64, rows: i32, l2: f64, feature: i32, hasMissing: bool): bool {
  const left = node.scoreOf(gradient, hessian, l2);
  const gain = left + node.scoreOf(node.nodeGradient - gradient, node.nodeHessian - hessian, l2) - node.whole;
  if (gain <= node.bestGain) return false;
  // Where the node has missing values, the set says whether they are among it.
  const missingLeft = !hasMissing && rows > node.nodeRows - rows;
  node.keep(gain, gradient, hessian, rows, feature, -1, missingLeft);
  return true;
}

/** Reads the sums over a bin's rows. */
function read(cells: usize, bin: i32): void {
  const cell = cells + ((<usize>bin) << 4);
  const packed = load<i64>(cell, 8);
  gradient = <f64>load<i64>(cell) * node.gradientUnit;
  hessian = <f64>(packed >> node.countBits) * node.hessianUnit;
  rows = <i32>(packed & (((<i64>1) << node.countBits) - 1));
}

function isTooLittle(hessian: f64, rows: i32): bool {
  return rows < node.minRows || hessian < node.minHessian;
}

/** Writes the bins with enough rows to have a say, by G/(H+smoothing) ascending, equals by bin; returns how many they are. */
function putInOrder(cells: usize, missingBin: i32, levels: usize): i32 {
  let count = 0;
  for (let bin = 0; bin <= missingBin; bin++) {
    read(cells, bin);
    if (<f64>rows < node.categorySmoothing) continue;
    const ratio = gradient / (hessian + node.categorySmoothing);
    // By insertion: bins are numbered by the levels' mean label, and nearly in order.
    let at = count++;
    for (; at > 0 && load<f64>(levels + ((<usize>(at - 1)) << 3)) > ratio; at--) {
      store<f64>(levels + ((<usize>at) << 3), load<f64>(levels + ((<usize>(at - 1)) << 3)));
      store<i32>(levels + ((<usize>at) << 2), levelAt(levels, at - 1), binsAt);
    }
    store<f64>(levels + ((<usize>at) << 3), ratio);
    store<i32>(levels + ((<usize>at) << 2), bin, binsAt);
  }
  return count;
}

function levelAt(levels: usize, i: i32): i32 {
  return load<i32>(levels + ((<usize>i) << 2), binsAt);
}
