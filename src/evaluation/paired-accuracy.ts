import { normalQuantile } from '../stats/normal.ts';
import { varianceInflation } from '../stats/variance-inflation.ts';
import type { Interval } from './bootstrap.ts';

/** Rows that two versions answered, by who was right. */
export interface PairedAnswers {
  readonly rows: number;
  /** Right by the candidate only. */
  readonly gained: number;
  /** Right by the champion only. */
  readonly lost: number;
}

/** @param label of each row the index of its class @param candidate that of the class which it predicts */
export function pairedAnswers(label: ArrayLike<number>, candidate: Uint8Array, champion: Uint8Array): PairedAnswers {
  let [gained, lost] = [0, 0];
  for (let row = 0; row < label.length; row++) {
    if (candidate[row] === champion[row]) continue;
    if (candidate[row] === label[row]) gained++;
    // Of more than two classes both may be wrong, each in its way.
    else if (champion[row] === label[row]) lost++;
  }
  return { rows: label.length, gained, lost };
}

/**
 * By how many times less such rows say than independent ones: where errors come in runs, as in half-hourly data, one run is not as
 * many proofs as it has rows. From the difference of the two versions row by row, in time order.
 */
export function pairedInflation(label: ArrayLike<number>, candidate: Uint8Array, champion: Uint8Array): number {
  return varianceInflation(
    Int8Array.from(candidate, (call, row) => (call === label[row] ? 1 : 0) - (champion[row] === label[row] ? 1 : 0)),
  );
}

/** The same proportions in fewer rows: what is left of a row goes to the champion, so that the proof is not the easier. */
export function effectivePairs({ rows, gained, lost }: PairedAnswers, inflation: number): PairedAnswers {
  return { rows: rows / inflation, gained: Math.floor(gained / inflation), lost: Math.ceil(lost / inflation) };
}

/**
 * McNemar's test of "the candidate is no better", one-sided, with the mid-p value of the exact binomial: the chance of so many gained
 * among the rows that only one of them got right, or more, those of equally many counted half. (Q. McNemar, Psychometrika 12, 1947;
 * M. Fagerland, S. Lydersen and P. Laake, BMC Medical Research Methodology 13:91, 2013, who recommend the mid-p: the exact test
 * without it seldom reaches its own level.)
 * @returns 0 to 1; 1/2 where the versions never differ
 */
export function midPValue({ gained, lost }: PairedAnswers): number {
  const rows = gained + lost;
  if (gained < lost) return 1 - midPValue({ rows, gained: lost, lost: gained });
  let logChoose = 0;
  for (let k = 1; k <= lost; k++) logChoose += Math.log((rows - lost + k) / k);
  let chance = Math.exp(logChoose - rows * Math.LN2);
  let sum = chance / 2;
  for (let k = gained; k < rows && chance > 0; k++) {
    chance *= (rows - k) / (k + 1);
    sum += chance;
  }
  return sum;
}

/**
 * The score interval of the difference in accuracy of two versions on the same rows (T. Tango, Statistics in Medicine 17, 1998,
 * 891-908): all differences that the score test does not refuse. At a difference of 0 that test is McNemar's.
 * @param confidence of each end
 */
export function scoreInterval({ rows, gained, lost }: PairedAnswers, confidence: number): Interval {
  if (rows === 0) return { low: -1, high: 1 };
  const z = normalQuantile(confidence);
  /** Standard errors by which what was seen is above a true difference; it falls as that rises. */
  const above = (difference: number): number => {
    const a = 2 * rows;
    const b = -gained - lost + (2 * rows - gained + lost) * difference;
    const c = -lost * difference * (1 - difference);
    const lostOnly = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
    const variance = rows * (2 * lostOnly + difference * (1 - difference));
    const off = gained - lost - rows * difference;
    return variance > 0 ? off / Math.sqrt(variance) : off === 0 ? 0 : off * Infinity;
  };
  const found = (gained - lost) / rows;
  return { low: crossing(above, z, -1, found), high: crossing(above, -z, found, 1) };
}

/** Where a falling function passes a value between two places, to 1e-15. */
function crossing(falling: (x: number) => number, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let halving = 0; halving < 60 && high - low > 1e-15; halving++) {
    const middle = (low + high) / 2;
    if (falling(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
