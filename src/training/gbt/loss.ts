import type { Task } from '../../onnx/signature.ts';
import type { Derivatives } from './grower.ts';

/** The score that every row starts from: the log odds, or the mean. float32, as in the ONNX graph. */
export function baseScore(task: Task, label: Float64Array): number {
  const mean = label.reduce((sum, y) => sum + y, 0) / label.length;
  return Math.fround(task === 'regression' ? mean : Math.log(mean / (1 - mean)));
}

/** First and second derivative by the score: of the log loss -log p(y), p the logistic function; or of (score - y)²/2. */
export function derive(task: Task, label: Float64Array, score: Float64Array, { gradient, hessian }: Derivatives): void {
  if (task === 'regression') {
    for (let i = 0; i < label.length; i++) gradient[i] = (score[i] as number) - (label[i] as number);
    hessian.fill(1);
    return;
  }
  for (let i = 0; i < label.length; i++) {
    const p = 1 / (1 + Math.exp(-(score[i] as number)));
    gradient[i] = p - (label[i] as number);
    hessian[i] = p * (1 - p);
  }
}
