import { FinalError, type Problem } from '../../errors.ts';
import { nearest } from '../../spec/nearest.ts';
import type { TrainingJob } from '../trainer.ts';
import type { GbtParams } from './params.ts';

/**
 * The features with which the score may only rise (1) or only fall (-1).
 * @throws FinalError PAWL_TRAINING_PARAMS_INVALID with every one that is no feature, or no number
 */
export function monotoneDirections({ task, frame }: TrainingJob, { monotone = {} }: GbtParams): ReadonlyMap<string, 1 | -1> {
  const named = Object.entries(monotone);
  const problems: Problem[] = [];
  if (task === 'multiclass-classification' && named.length > 0) {
    const hint = 'leave it out: with more than two classes no score says which way a feature leads';
    problems.push({ subject: 'monotone', message: `monotone is of two classes or a regression, and the task is ${task}`, hint });
  }
  for (const [name] of named) {
    const column = frame.columns[name];
    const subject = `monotone.${name}`;
    if (column === undefined || !frame.features.includes(name)) {
      const meant = nearest(name, frame.features);
      const hint = meant === undefined ? `features are ${frame.features.join(', ')}` : `did you mean ${meant}?`;
      problems.push({ subject, message: `${name} is no feature`, hint });
    } else if (column.type === 'category') {
      problems.push({ subject, message: `${name} is a category, and has no order to rise or fall with` });
    }
  }
  if (problems.length > 0) {
    throw new FinalError('PAWL_TRAINING_PARAMS_INVALID', 'The parameters of gbt have mistakes.', { problems });
  }
  return new Map(named.map(([name, direction]) => [name, direction === 'increasing' ? 1 : -1]));
}
