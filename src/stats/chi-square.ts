import { upperGamma } from './upper-gamma.ts';

export interface ChiSquare {
  readonly statistic: number;
  /** Bins that are not empty, less one. */
  readonly degrees: number;
  /** The chance of a statistic as large or larger in the limit of many rows; 1 where there is nothing to compare. */
  readonly pValue: number;
}

/**
 * The chi-square test that two samples are of one distribution (K. Pearson, Philosophical Magazine 50, 1900; R. Fisher for the
 * degrees of freedom, J. R. Stat. Soc. 85, 1922), from counts over the same bins. Bins that are empty on both sides are left out.
 * The reference is taken as a sample too: held to be the truth, as in a test of fit, it would make twice as much of a difference
 * between samples of equal size.
 */
export function chiSquareTest(a: readonly number[], b: readonly number[]): ChiSquare {
  const [rows, others] = [total(a), total(b)];
  const bins = a.map((count, bin) => [count, b[bin] ?? 0] as const).filter(([x, y]) => x + y > 0);
  if (rows === 0 || others === 0 || bins.length < 2) return { statistic: 0, degrees: Math.max(0, bins.length - 1), pValue: 1 };
  const all = rows + others;
  let statistic = 0;
  for (const [x, y] of bins) {
    const [expected, expectedOther] = [((x + y) * rows) / all, ((x + y) * others) / all];
    statistic += (x - expected) ** 2 / expected + (y - expectedOther) ** 2 / expectedOther;
  }
  const degrees = bins.length - 1;
  return { statistic, degrees, pValue: upperGamma(degrees / 2, statistic / 2) };
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
