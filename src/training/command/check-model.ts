import type { Frame } from '../../data/dataset.ts';
import { newestRows } from '../../data/holdout.ts';
import { pickRows } from '../../data/pick-rows.ts';
import { FinalError, type Problem } from '../../errors.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { scoresPerRow } from '../../onnx/signature.ts';
import { furthestScore, goldenTolerance } from '../golden.ts';
import type { TrainingJob } from '../trainer.ts';

/** Probabilities of float32 add up to 1 so nearly, however many classes there are. */
const oneWithin = 1e-3;
/** The newest rows that are scored to see that every score is one. */
const scoredRows = 20_000;

/**
 * Loads a graph as a gateway does and compares it with what its trainer said.
 * @param golden rows, counted from 0, and the trainer's own scores of them, row by row
 * @throws FinalError PAWL_TRAINER_OUTPUT_INVALID where it cannot be loaded, does not score, gives something that is no score, or differs
 */
export async function checkModel(
  onnx: Uint8Array,
  { frame, task }: TrainingJob,
  golden: { readonly rows: readonly number[]; readonly scores: readonly number[] },
): Promise<void> {
  const { replayed, newest } = await scoresOf(onnx, frame, golden.rows);
  const perRow = scoresPerRow({ task, classes: frame.classes });
  const problems: Problem[] = [];
  for (const [what, scores] of [
    ['golden', replayed],
    ['newest', newest],
  ] as const) {
    const bad = scores.findIndex((score) => !Number.isFinite(score) || (task !== 'regression' && (score < 0 || score > 1)));
    const right = task === 'regression' ? 'a finite number' : 'a probability';
    const of = `of the ${scores.length / perRow} ${what} rows`;
    if (bad >= 0) {
      const message = `${of}, row ${Math.floor(bad / perRow)} scores ${scores[bad]}: not ${right}`;
      problems.push({ subject: 'model.onnx', message });
      continue;
    }
    const [row, sum] = notOne(scores, perRow);
    if (row === -1) continue;
    problems.push({
      subject: 'model.onnx',
      message: `${of}, the ${perRow} probabilities of row ${row} add up to ${Number(sum.toPrecision(6))}`,
      hint: 'probabilities of all classes, which add up to 1',
    });
  }
  if (problems.length === 0) {
    const { difference, at } = furthestScore(golden.scores, replayed);
    if (difference > goldenTolerance)
      problems.push({
        subject: 'golden.json',
        message: `row ${golden.rows[Math.floor(at / perRow)]} of the file scores ${replayed[at]} by model.onnx and ${golden.scores[at]} by the trainer`,
        hint: `at most ${goldenTolerance} apart; a graph of float32 that is fed float64, or other missing values, is the usual cause`,
      });
  }
  if (problems.length > 0)
    throw new FinalError('PAWL_TRAINER_OUTPUT_INVALID', 'model.onnx does not score as it has to.', { problems });
}

/** The first row of many classes whose probabilities are not one together, and what they are; -1 where there is none. */
function notOne(scores: Float32Array, perRow: number): [row: number, sum: number] {
  for (let row = 0; perRow > 1 && row < scores.length / perRow; row++) {
    const sum = scores.subarray(row * perRow, (row + 1) * perRow).reduce((total, score) => total + score, 0);
    if (Math.abs(sum - 1) > oneWithin) return [row, sum];
  }
  return [-1, 1];
}

async function scoresOf(
  onnx: Uint8Array,
  frame: Frame,
  rows: readonly number[],
): Promise<{ replayed: Float32Array; newest: Float32Array }> {
  let model: OnnxModel | null = null;
  try {
    model = await OnnxModel.open(onnx);
    return {
      replayed: await scoreFrame(model, pickRows(frame, rows)),
      newest: await scoreFrame(model, newestRows(frame, scoredRows)),
    };
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new FinalError('PAWL_TRAINER_OUTPUT_INVALID', `model.onnx cannot be loaded and run: ${because}`, { cause });
  } finally {
    await model?.release();
  }
}
