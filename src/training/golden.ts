/** Largest allowed difference of a graph's score from that of the model it was made of: of a probability, or relative to a value beyond 1. */
export const goldenTolerance = 1e-5;

/**
 * How far a graph's scores are from those of the model that it was made of, where they are furthest.
 * @param golden scores row by row
 * @param replayed the graph's, as many; one that is missing or no number is infinitely far
 * @returns the difference (relative where the score is beyond 1), and which score it is of; -1 where all are equal
 */
export function furthestScore(golden: readonly number[], replayed: ArrayLike<number>): { difference: number; at: number } {
  let [difference, at] = [0, -1];
  for (const [i, score] of golden.entries()) {
    const own = Math.abs((replayed[i] ?? NaN) - score) / Math.max(1, Math.abs(score));
    const apart = Number.isNaN(own) ? Infinity : own;
    if (apart > difference) [difference, at] = [apart, i];
  }
  return { difference, at };
}
