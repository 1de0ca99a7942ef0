import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checkpoints } from '../checkpoint.ts';
import type { TrainingControl } from '../trainer.ts';
import { classGradient, sharedCurvature } from './class-gradient.ts';
import { descend } from './coordinate-descent.ts';
import type { Coefficients, Problem } from './normal-equations.ts';
import type { LogisticParams } from './params.ts';
import { Factors } from './solve.ts';

/** Coefficients of all classes, class after class. */
export interface ClassesState {
  readonly iterations: number;
  readonly beta: readonly number[];
  /** Of the iteration before, from which the next one takes its run-up. */
  readonly before: readonly number[];
  readonly momentum: number;
  readonly done: boolean;
}

/**
 * Multinomial logistic regression, a vector of coefficients for each class, by steps against a curvature that is nowhere too small and
 * the same in all of them (D. Böhning, "Multinomial logistic regression algorithm", AISM 44, 1992), with a run-up (A. Beck and
 * M. Teboulle, SIAM J. Imaging Sciences 2, 2009) that is dropped where it leads uphill (B. O'Donoghue and E. Candès, 2015).
 * @returns coefficients by class, and whether the last step was small enough to end
 */
export async function fitClasses(
  problem: Problem,
  classes: number,
  params: LogisticParams,
  control: TrainingControl,
  checkpoints: Checkpoints<ClassesState>,
): Promise<{ coefficients: Coefficients[]; done: boolean }> {
  const { design, l1 } = problem;
  const n = design.terms.length + 1;
  const most = params.max_iterations;
  const resumed = checkpoints.resume();
  let beta = Float64Array.from(resumed?.beta ?? new Float64Array(classes * n));
  let before = Float64Array.from(resumed?.before ?? beta);
  let momentum = resumed?.momentum ?? 1;
  let iterations = resumed?.iterations ?? 0;
  let done = resumed?.done ?? false;

  const curvature = await sharedCurvature(problem, control.signal);
  const factors = l1 === 0 ? new Factors(curvature.slice(), n) : null;
  while (!done && iterations < most) {
    control.signal.throwIfAborted();
    const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const from = beta.map((b, j) => b + ((momentum - 1) / next) * (b - (before[j] as number)));
    const gradient = await classGradient(problem, classes, from, control.signal);
    const to = new Float64Array(classes * n);
    for (let k = 0; k < classes; k++) {
      const own = from.subarray(k * n, (k + 1) * n);
      const slope = gradient.subarray(k * n, (k + 1) * n);
      const step = factors === null ? descend(curvature, slope, own, l1) : factors.solve(slope);
      for (let j = 0; j < n; j++) {
        const b = own[j] as number;
        // A coefficient that leaves is 0 exactly.
        to[k * n + j] = step[j] === -b ? 0 : b + (step[j] as number);
      }
    }
    let [uphill, moved] = [0, 0];
    for (let j = 0; j < to.length; j++) {
      const step = (to[j] as number) - (from[j] as number);
      uphill -= step * ((to[j] as number) - (beta[j] as number));
      moved = Math.max(moved, Math.abs(step), Math.abs((to[j] as number) - (beta[j] as number)));
    }
    momentum = uphill > 0 ? 1 : next;
    before = beta;
    beta = to;
    iterations++;
    done = moved < params.tolerance;
    const progress = { phase: 'iterations', done: iterations, total: most };
    await control.onProgress(progress);
    if (checkpoints.due) await checkpoints.save({ iterations, beta: [...beta], before: [...before], momentum, done }, progress);
    await nextTurn();
  }
  return { coefficients: Array.from({ length: classes }, (_, k) => beta.slice(k * n, (k + 1) * n)), done };
}
