import type { Frame } from '../data/dataset.ts';
import { FinalError, type Problem } from '../errors.ts';
import type { ModelInputs, OnnxModel } from './model.ts';
import { scoresPerRow } from './signature.ts';

/** Rows scored between two turns of the event loop. */
const batch = 4096;

/**
 * Scores every row of a frame, in its order: one score a row, or, of a model of many classes, one for each class, row by row and in the
 * order of the model's own classes, which need not be those of the frame. Columns that the model does not know are left alone.
 * @throws FinalError PAWL_FRAME_UNFIT where the frame lacks a column that the model needs, or names other two classes, or no classes.
 */
export async function scoreFrame(model: OnnxModel, frame: Frame): Promise<Float32Array> {
  const problems = misfits(model, frame);
  if (problems.length > 0) throw new FinalError('PAWL_FRAME_UNFIT', 'The model cannot score these rows.', { problems });
  const perRow = scoresPerRow(model.signature);
  const scores = new Float32Array(frame.rows * perRow);
  for (let start = 0; start < frame.rows; start += batch) {
    const end = Math.min(frame.rows, start + batch);
    scores.set(await model.run(inputsOf(model, frame, start, end), end - start), start * perRow);
  }
  return scores;
}

function inputsOf(model: OnnxModel, frame: Frame, start: number, end: number): ModelInputs {
  const inputs: Record<string, Float32Array | readonly string[]> = {};
  for (const { name } of model.signature.features) {
    const column = frame.columns[name];
    if (column?.type === 'number') inputs[name] = column.values.subarray(start, end);
    else if (column !== undefined) {
      inputs[name] = Array.from(column.codes.subarray(start, end), (code) => column.levels[code] ?? '');
    }
  }
  return inputs;
}

function misfits({ signature }: OnnxModel, frame: Frame): Problem[] {
  const problems: Problem[] = [];
  for (const { name, type } of signature.features) {
    const found = frame.columns[name]?.type ?? 'missing';
    const needed = type === 'category' ? 'category' : 'number';
    if (found !== needed) problems.push({ subject: name, message: `Column ${name} is ${found}; the model takes a ${needed}.` });
  }
  const classes = (names: readonly string[] | null) => names?.join(' and ') ?? 'no classes';
  const mayDiffer = signature.task === 'multiclass-classification' && (frame.classes?.length ?? 0) > 2;
  if (!mayDiffer && classes(frame.classes) !== classes(signature.classes)) {
    problems.push({ message: `The rows have ${classes(frame.classes)}; the model tells apart ${classes(signature.classes)}.` });
  }
  return problems;
}
