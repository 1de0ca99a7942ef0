import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Task } from '../../onnx/signature.ts';
import { ActiveTerms } from './active-terms.ts';
import type { Design } from './design.ts';

/** Rows between two turns of the event loop. */
const rowsPerTurn = 4096;
/** Rows that the model is certain of keep this weight, so that the information matrix stays invertible. */
const smallestWeight = 1e-10;

/** Coefficients by term, the intercept last. */
export type Coefficients = Float64Array;

/** What is fitted. */
export interface Problem {
  readonly task: Task;
  readonly design: Design;
  readonly label: Float64Array;
  /** How much each row counts; 1 without. */
  readonly weights: Float64Array | undefined;
  readonly l1: number;
  readonly l2: number;
}

/** The penalised loss at some coefficients, and the derivatives of its smooth part: of all but the absolute coefficients. */
export interface NormalEquations {
  readonly loss: number;
  /** Of minus the loss. */
  readonly gradient: Float64Array;
  /** Minus the second derivative of the same; row-major, its lower triangle filled. */
  readonly information: Float64Array;
}

/**
 * One pass over the rows. Loss: the sum of log losses, or of squares halved, each by the weight of its row, l2/2 times the squared
 * coefficients and l1 times the absolute ones; the intercept is not penalised.
 */
export async function normalEquations(
  { task, design, label, weights, l1, l2 }: Problem,
  beta: Coefficients,
  signal: AbortSignal,
): Promise<NormalEquations> {
  const n = beta.length;
  const gradient = new Float64Array(n);
  const information = new Float64Array(n * n);
  let loss = 0;
  for (let j = 0; j < n - 1; j++) {
    const b = beta[j] as number;
    loss += (l2 / 2) * b * b + l1 * Math.abs(b);
    gradient[j] = -l2 * b;
    information[j * n + j] = l2;
  }
  const rows = new ActiveTerms(design);
  for (let row = 0; row < design.rows; row++) {
    if (row % rowsPerTurn === rowsPerTurn - 1) {
      await nextTurn();
      signal.throwIfAborted();
    }
    rows.load(row);
    const { terms, values, count } = rows;
    let score = 0;
    for (let a = 0; a < count; a++) score += (values[a] as number) * (beta[terms[a] as number] as number);
    const y = label[row] as number;
    const mean = task === 'regression' ? score : 1 / (1 + Math.exp(-score));
    const counts = weights === undefined ? 1 : (weights[row] as number);
    if (counts === 0) continue;
    const residual = counts * (y - mean);
    const weight = counts * (task === 'regression' ? 1 : Math.max(smallestWeight, mean * (1 - mean)));
    const ownLoss =
      task === 'regression' ? (y - mean) ** 2 / 2 : Math.max(score, 0) - score * y + Math.log1p(Math.exp(-Math.abs(score)));
    loss += counts * ownLoss;
    for (let a = 0; a < count; a++) {
      const j = terms[a] as number;
      const value = values[a] as number;
      gradient[j] = (gradient[j] as number) + value * residual;
      const weighted = value * weight;
      const line = j * n;
      for (let b = 0; b <= a; b++) {
        const k = line + (terms[b] as number);
        information[k] = (information[k] as number) + weighted * (values[b] as number);
      }
    }
  }
  return { loss, gradient, information };
}
