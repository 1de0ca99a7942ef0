import type { Task } from '../../onnx/signature.ts';
import { logLoss, softmaxLoss } from './class-losses.ts';
import type { Loss, Target } from './loss.ts';
import type { GbtParams } from './params.ts';
import { poissonLoss, quantileLoss, squaredLoss } from './value-losses.ts';

/** The loss that these parameters ask for. */
export function lossOf(task: Task, params: Pick<GbtParams, 'loss' | 'alpha'>, target: Target, classes: number): Loss {
  if (task === 'binary-classification') return logLoss(target);
  if (task === 'multiclass-classification') return softmaxLoss(target, classes);
  switch (params.loss) {
    case 'absolute':
      return quantileLoss(target, 0.5);
    case 'quantile':
      return quantileLoss(target, params.alpha ?? 0.5);
    case 'poisson':
      return poissonLoss(target);
    case 'squared':
    case undefined:
      return squaredLoss(target);
  }
}
