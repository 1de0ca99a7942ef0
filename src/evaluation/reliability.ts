import type { Answers } from './answers.ts';
import { calibrationBin, calibrationBins } from './metrics.ts';
import { proportionInterval } from './proportion-gaps.ts';

/** One bin of a reliability curve: what the scores promise, and what came of it. */
export interface ReliabilityBin {
  /** Scores from `from` to below `to`; the last bin holds 1 too. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanScore: number;
  /** Share of rows of the positive class, of many classes that of the right answers, with Wilson's interval. */
  readonly positive: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The reliability curve over the bins that the expected calibration error is measured in, empty bins left out (A. Niculescu-Mizil
 * and R. Caruana, ICML 2005). Null where the answers are no probabilities.
 * @param confidence of each end of an interval
 */
export function reliabilityCurve(label: ArrayLike<number>, answers: Answers, confidence: number): ReliabilityBin[] | null {
  if (answers.call === null || !answers.graded) return null;
  const bins = Array.from({ length: calibrationBins }, () => ({ rows: 0, scores: 0, positives: 0 }));
  for (let row = 0; row < label.length; row++) {
    const bin = bins[calibrationBin(answers.score[row] ?? 0)];
    if (bin === undefined) continue;
    bin.rows++;
    bin.scores += answers.score[row] ?? 0;
    bin.positives += answers.many === undefined ? (label[row] ?? 0) : Number(answers.call[row] === label[row]);
  }
  return bins.flatMap(({ rows, scores, positives }, i) =>
    rows === 0
      ? []
      : [
          {
            from: i / calibrationBins,
            to: (i + 1) / calibrationBins,
            rows,
            meanScore: scores / rows,
            positive: positives / rows,
            ...proportionInterval({ hits: positives, trials: rows }, confidence),
          },
        ],
  );
}
