import { FinalError } from '../../errors.ts';
import type { TrainingJob } from '../trainer.ts';
import type { GbtParams } from './params.ts';

/**
 * @throws FinalError PAWL_TRAINING_PARAMS_INVALID where the loss is not of the task
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where the loss cannot take the labels
 */
export function checkLoss({ task, frame }: TrainingJob, { loss }: GbtParams): void {
  if (loss === undefined) return;
  if (task !== 'regression') {
    const message = `the loss ${loss} is of a regression, and the task is ${task}`;
    throw new FinalError('PAWL_TRAINING_PARAMS_INVALID', 'The parameters of gbt have mistakes.', {
      problems: [{ subject: 'loss', message, hint: 'leave it out: classes are learned with the log loss' }],
    });
  }
  if (loss !== 'poisson') return;
  const negative = frame.label.reduce((count, y) => count + (y < 0 ? 1 : 0), 0);
  if (negative === 0) return;
  const message = `${negative} of ${frame.rows} labels are negative, and the loss poisson is of counts`;
  throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', `${message}.`, {
    problems: [{ subject: 'label', message, hint: 'take another loss, or find out why there are negative counts' }],
  });
}
