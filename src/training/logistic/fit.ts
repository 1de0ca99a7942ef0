import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checkpoints } from '../checkpoint.ts';
import type { TrainingControl } from '../trainer.ts';
import { descend } from './coordinate-descent.ts';
import { normalEquations, type Coefficients, type Problem } from './normal-equations.ts';
import type { LogisticParams } from './params.ts';
import { solve } from './solve.ts';

/** Losses this close, as a share, are the same: at the minimum, rounding alone decides which is the smaller. */
const rounding = 1e-12;
/** Halvings of a step that would make things worse, at most. */
const mostHalvings = 20;

export interface FitState {
  readonly iterations: number;
  readonly beta: readonly number[];
  /** Whether the last step was small enough to end. */
  readonly done: boolean;
}

/**
 * Newton's method on the penalised loss, which is iteratively reweighted least squares (P. McCullagh and J. Nelder,
 * "Generalized Linear Models", 2.5), its steps halved where they overshoot: logistic regression; ridge regression in one step. With
 * absolute coefficients in the penalty each step is found by coordinate descent (J. Friedman, T. Hastie and R. Tibshirani, 2010).
 * @returns the coefficients, and whether the last step was small enough to end
 */
export async function fit(
  problem: Problem,
  params: LogisticParams,
  control: TrainingControl,
  checkpoints: Checkpoints<FitState>,
): Promise<{ beta: Coefficients; done: boolean }> {
  const { task, design, l1 } = problem;
  const inOneStep = task === 'regression' && l1 === 0;
  const most = inOneStep ? 1 : params.max_iterations;
  const equationsAt = (beta: Coefficients) => normalEquations(problem, beta, control.signal);
  const resumed = checkpoints.resume();
  let { iterations, done } = resumed ?? { iterations: 0, done: false };
  let beta: Coefficients = resumed === null ? new Float64Array(design.terms.length + 1) : Float64Array.from(resumed.beta);
  if (done || iterations >= most) return { beta, done: done || inOneStep };

  let equations = await equationsAt(beta);
  while (!done && iterations < most) {
    control.signal.throwIfAborted();
    const { information, gradient } = equations;
    const step = l1 === 0 ? solve(information, gradient) : descend(information, gradient, beta, l1);
    let scale = 1;
    let next = along(beta, step, scale);
    let there = await equationsAt(next);
    for (let halvings = 0; there.loss > equations.loss * (1 + rounding) && halvings < mostHalvings; halvings++) {
      scale /= 2;
      next = along(beta, step, scale);
      there = await equationsAt(next);
    }
    const moved = step.reduce((most, part) => Math.max(most, Math.abs(scale * part)), 0);
    beta = next;
    equations = there;
    iterations++;
    done = moved < params.tolerance;
    const progress = { phase: 'iterations', done: iterations, total: most };
    await control.onProgress(progress);
    await checkpoints.saveAfterPause({ iterations, beta: [...beta], done }, progress);
    await nextTurn();
  }
  return { beta, done: done || inOneStep };
}

function along(beta: Coefficients, step: Float64Array, scale: number): Float64Array {
  return beta.map((b, j) => b + scale * (step[j] as number));
}
