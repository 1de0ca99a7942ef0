import type { Frame } from '../data/dataset.ts';
import type { OnnxModel } from './model.ts';
import { scoreFrame } from './score-frame.ts';
import { topClasses } from './top-class.ts';

/** What a version says of rows as its windows and the prediction log keep it. */
export interface FrameAnswers {
  /** One a row: the probability of the positive class, of three classes or more that of the predicted one, or the value. */
  readonly scores: Float32Array;
  /** The classes that it predicts, where there are three or more. */
  readonly predictions?: string[];
}

/** @throws FinalError PAWL_FRAME_UNFIT */
export async function answerFrame(model: OnnxModel, frame: Frame): Promise<FrameAnswers> {
  const { task, classes } = model.signature;
  const scores = await scoreFrame(model, frame);
  if (task !== 'multiclass-classification' || classes === null) return { scores };
  const top = topClasses(scores, classes.length);
  return { scores: top.probabilities, predictions: Array.from(top.classes, (k) => classes[k] ?? '') };
}
