import type { Task } from '../../onnx/signature.ts';
import type { TrainingControl } from '../trainer.ts';
import type { Design } from './design.ts';
import type { LogisticParams } from './params.ts';
import { solveSpd } from './solve.ts';

/** Coefficients by term, the intercept last. */
export type Coefficients = Float64Array;

/**
 * Newton's method on the penalised likelihood, which is iteratively reweighted least squares (P. McCullagh and J. Nelder,
 * "Generalized Linear Models", 2.5): logistic regression, or ridge regression in one step. The intercept is not penalised.
 */
export async function fit(
  task: Task,
  design: Design,
  label: Float64Array,
  params: LogisticParams,
  control: TrainingControl,
): Promise<Coefficients> {
  const columns = [...design.columns, new Float64Array(label.length).fill(1)];
  const n = columns.length;
  const beta = new Float64Array(n);
  if (control.checkpoint !== undefined) beta.set(new Float64Array(control.checkpoint.slice().buffer));
  const most = task === 'regression' ? 1 : params.max_iterations;
  for (let iteration = 1; iteration <= most; iteration++) {
    control.signal.throwIfAborted();
    const step = newtonStep(task, columns, label, beta, params.l2);
    let moved = 0;
    for (let j = 0; j < n; j++) {
      beta[j] = (beta[j] as number) + (step[j] as number);
      moved = Math.max(moved, Math.abs(step[j] as number));
    }
    const progress = { phase: 'iterations', done: iteration, total: most };
    await control.onProgress(progress);
    if (task !== 'regression') await control.onCheckpoint(new Uint8Array(beta.slice().buffer), progress);
    await new Promise((resolve) => setImmediate(resolve));
    if (moved < params.tolerance) break;
  }
  return beta;
}

function newtonStep(
  task: Task,
  columns: readonly Float64Array[],
  label: Float64Array,
  beta: Float64Array,
  l2: number,
): Float64Array {
  const n = columns.length;
  const rows = label.length;
  const residual = new Float64Array(rows);
  const weight = new Float64Array(rows).fill(1);
  for (let i = 0; i < rows; i++) {
    let score = 0;
    for (let j = 0; j < n; j++) score += (columns[j]?.[i] ?? 0) * (beta[j] as number);
    const mean = task === 'regression' ? score : 1 / (1 + Math.exp(-score));
    residual[i] = (label[i] as number) - mean;
    if (task !== 'regression') weight[i] = Math.max(1e-10, mean * (1 - mean));
  }
  const gradient = new Float64Array(n);
  const information = new Float64Array(n * n);
  const weighted = new Float64Array(rows);
  for (let j = 0; j < n; j++) {
    const column = columns[j] as Float64Array;
    const penalty = j === n - 1 ? 0 : l2;
    let slope = -penalty * (beta[j] as number);
    for (let i = 0; i < rows; i++) {
      slope += (column[i] as number) * (residual[i] as number);
      weighted[i] = (column[i] as number) * (weight[i] as number);
    }
    gradient[j] = slope;
    for (let k = 0; k <= j; k++) {
      const other = columns[k] as Float64Array;
      let sum = j === k ? penalty : 0;
      for (let i = 0; i < rows; i++) sum += (weighted[i] as number) * (other[i] as number);
      information[j * n + k] = sum;
      information[k * n + j] = sum;
    }
  }
  return solveSpd(information, gradient);
}
