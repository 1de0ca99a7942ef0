import type { Frame } from '../data/dataset.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import type { NumberTerms } from '../stats/number-losses.ts';
import { type Answers, answersAt } from './answers.ts';
import { answersOfClasses } from './class-answers.ts';

/**
 * What a model says of each row.
 * @param terms what numbers are judged by beside their errors
 * @throws FinalError PAWL_FRAME_UNFIT where it takes other columns, or knows other classes
 */
export async function answerRows(model: OnnxModel, rows: Frame, terms: NumberTerms): Promise<Answers> {
  const { task, classes, threshold } = model.signature;
  const scores = await scoreFrame(model, rows);
  if (task === 'multiclass-classification') return answersOfClasses(scores, classes ?? [], rows.classes ?? []);
  return { ...answersAt(scores, threshold), terms };
}
