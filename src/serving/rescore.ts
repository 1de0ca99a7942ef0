import type { Frame } from '../data/dataset.ts';
import { FinalError, type Problem } from '../errors.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoresPerRow } from '../onnx/signature.ts';
import { LoopScorer } from './loop-scorer.ts';

/** Rows scored at a time. */
const batch = 1000;

/**
 * Scores the rows of a frame as a gateway would: as JSON rows, parsed and checked against the artifact's signature. In the order of
 * `scoreFrame`.
 * @throws FinalError PAWL_ARTIFACT_REFUSED where serving refuses a row that the contract accepted.
 */
export async function rescore(artifact: Uint8Array, frame: Frame): Promise<Float32Array> {
  const scorer = new LoopScorer(await OnnxModel.open(artifact), () => artifact.length);
  try {
    const perRow = scoresPerRow(scorer.signature);
    const scores = new Float32Array(frame.rows * perRow);
    for (let start = 0; start < frame.rows; start += batch) {
      const parsed = Array.from({ length: Math.min(batch, frame.rows - start) }, (_, i) => {
        const problems: Problem[] = [];
        const result = scorer.parse(rowOf(frame, start + i), problems);
        if (result === null)
          throw new FinalError('PAWL_ARTIFACT_REFUSED', `Serving refuses held-out row ${start + i + 1}.`, { problems });
        return result;
      });
      const answers = await scorer.score(parsed);
      answers.forEach((answer, i) => {
        scores.set(answer.probabilities ?? [answer.score], (start + i) * perRow);
      });
    }
    return scores;
  } finally {
    await scorer.release();
  }
}

/** One row as JSON would carry it: missing is null. */
export function rowOf(frame: Frame, row: number): Record<string, number | string | null> {
  return Object.fromEntries(
    frame.features.map((feature) => {
      const column = frame.columns[feature];
      if (column === undefined) return [feature, null];
      if (column.type === 'category') return [feature, column.levels[column.codes[row] ?? -1] ?? null];
      const value = column.values[row] ?? NaN;
      return [feature, Number.isNaN(value) ? null : value];
    }),
  );
}
