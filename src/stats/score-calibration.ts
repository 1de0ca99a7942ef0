import type { CalibrationError } from './cbpe.ts';

/** What scores came to mean on labelled rows: probabilities that rise with the score, by steps with straight lines between them. */
export interface ScoreCalibration extends CalibrationError {
  /** Scores, ascending. */
  readonly scores: readonly number[];
  /** The probability at each of them, ascending. */
  readonly probabilities: readonly number[];
}

/**
 * The isotonic regression of labels on scores: of all functions that rise with the score, the one that is nearest to the labels in
 * squares, by pooling adjacent violators (R. Barlow, D. Bartholomew, J. Bremner, H. Brunk, "Statistical Inference under Order
 * Restrictions", Wiley 1972; scikit-learn's IsotonicRegression with out_of_bounds='clip').
 * @param label 0 or 1 of each row
 */
export function calibrateScores(score: ArrayLike<number>, label: ArrayLike<number>): ScoreCalibration {
  const order = Uint32Array.from({ length: score.length }, (_, i) => i).sort((a, b) => (score[a] ?? 0) - (score[b] ?? 0));
  const blocks: { from: number; to: number; sum: number; rows: number }[] = [];
  for (let i = 0; i < order.length;) {
    const at = score[order[i] ?? 0] ?? 0;
    let block = { from: at, to: at, sum: 0, rows: 0 };
    for (; i < order.length && score[order[i] ?? 0] === at; i++) {
      block.sum += label[order[i] ?? 0] ?? 0;
      block.rows++;
    }
    for (let last = blocks.at(-1); last !== undefined && last.sum * block.rows >= block.sum * last.rows; last = blocks.at(-1)) {
      block = { from: last.from, to: block.to, sum: last.sum + block.sum, rows: last.rows + block.rows };
      blocks.pop();
    }
    blocks.push(block);
  }
  const scores: number[] = [];
  const probabilities: number[] = [];
  for (const { from, to, sum, rows } of blocks) {
    for (const at of from === to ? [from] : [from, to]) {
      scores.push(at);
      probabilities.push(sum / rows);
    }
  }
  const fitted = { scores, probabilities };
  return { ...fitted, rows: score.length, deviation: deviationOf(fitted, score, label) };
}

/** The calibrated probability of a score; beyond the scores that were seen, that of the nearest. */
export function calibrated({ scores, probabilities }: Pick<ScoreCalibration, 'scores' | 'probabilities'>, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((scores[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  const [above, below] = [probabilities[low], probabilities[low - 1]];
  if (above === undefined) return below ?? score;
  if (below === undefined || scores[low] === score) return above;
  const [left, right] = [scores[low - 1] ?? 0, scores[low] ?? 0];
  return below + ((above - below) * (score - left)) / (right - left);
}

/** Called positive or not: what an answer's being right differs from its chance by is what the label differs from its own by. */
function deviationOf(
  fitted: Pick<ScoreCalibration, 'scores' | 'probabilities'>,
  score: ArrayLike<number>,
  label: ArrayLike<number>,
): number {
  let squares = 0;
  for (let i = 0; i < score.length; i++) squares += ((label[i] ?? 0) - calibrated(fitted, score[i] ?? 0)) ** 2;
  return score.length === 0 ? 0 : Math.sqrt(squares / score.length);
}
