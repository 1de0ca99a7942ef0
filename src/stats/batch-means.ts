/** Standard errors from which rows count as alike. */
const certain = 3;
/** At least so many blocks are compared. */
const leastBlocks = 8;

/**
 * How many rows that follow each other are worth one independent row, by batch means (J. Alexopoulos and A. Seila, "Output data
 * analysis", in: Handbook of Simulation, 1998, section 7.3): the variance of the means of blocks of b rows is sigma^2 time / b.
 * The largest over blocks of 2, 4, 8 ... rows, up to an eighth of all: days and weeks that are alike show in long blocks only,
 * after cycles have made neighbours unlike. What chance would explain of independent rows counts as 1.
 * @param values in the order of time
 * @returns at least 1
 */
export function batchMeansTime(values: ArrayLike<number>): number {
  const n = values.length;
  let time = 1;
  const variance = varianceOf(values, 1);
  if (!(variance > 0)) return 1;
  for (let length = 2; length * leastBlocks <= n; length *= 2) {
    const blocks = Math.floor(n / length);
    const ratio = (length * varianceOf(values, length)) / variance;
    if (isBeyondChance(ratio, blocks - 1)) time = Math.max(time, ratio);
  }
  // Few rows know less of themselves: a standard error more.
  return time === 1 ? 1 : time * (1 + Math.sqrt((2 * time) / n));
}

/** Against chi-square over its degrees of freedom, by its cube root (E. Wilson and M. Hilferty, PNAS 17, 1931). */
function isBeyondChance(ratio: number, freedom: number): boolean {
  const variance = 2 / (9 * freedom);
  return Math.cbrt(ratio) > 1 - variance + certain * Math.sqrt(variance);
}

/** Of the means of blocks of so many values, with n - 1. */
function varianceOf(values: ArrayLike<number>, length: number): number {
  const blocks = Math.floor(values.length / length);
  let [mean, squares] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    let sum = 0;
    for (let i = block * length; i < (block + 1) * length; i++) sum += values[i] as number;
    const off = sum / length - mean;
    mean += off / (block + 1);
    squares += off * (sum / length - mean);
  }
  return blocks < 2 ? 0 : squares / (blocks - 1);
}
