import type { Task } from '../onnx/signature.ts';

/**
 * Scores as counts over fixed bins that add exactly over processes and time. A probability falls into one of twenty equal
 * bins. A regression's value has no bounds of its own: its bins are logarithmic, four a decade from 1e-3 to 1e9 on each side
 * of a bin for what is nearer to zero.
 */
const probabilityBins = 20;
const decades = 12;
const perDecade = 4;
const smallest = 1e-3;
const side = decades * perDecade;

/** Entries in a score histogram of this task. */
export function scoreBins(task: Task): number {
  return task === 'regression' ? 2 * side + 1 : probabilityBins;
}

/** The bin of a score; a NaN counts in the middle one. */
export function scoreBin(task: Task, score: number): number {
  if (task !== 'regression') {
    return Number.isNaN(score)
      ? probabilityBins / 2
      : Math.min(probabilityBins - 1, Math.max(0, Math.floor(score * probabilityBins)));
  }
  const magnitude = Math.abs(score);
  if (!(magnitude >= smallest)) return side;
  const distance = Math.min(side, 1 + Math.floor(Math.log10(magnitude / smallest) * perDecade));
  return score < 0 ? side - distance : side + distance;
}
