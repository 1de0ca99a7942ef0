import { counted } from '../../stats/wording.ts';
import { checkJob } from '../check-job.ts';
import { Checkpoints, jobDigest } from '../checkpoint.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { designOf, type Term } from './design.ts';
import { exportLinear } from './export.ts';
import { fitClasses, type ClassesState } from './fit-classes.ts';
import { fit, type FitState } from './fit.ts';
import type { Coefficients } from './normal-equations.ts';
import { logisticParams, type LogisticParams } from './params.ts';

/** Logistic regression with an elastic net; for values, linear regression with one. */
export const logistic: Trainer = {
  name: 'logistic',
  tasks: ['binary-classification', 'multiclass-classification', 'regression'],

  checkParams(params) {
    parseParams('logistic', logisticParams, params);
  },

  async train(job, control) {
    const params = parseParams('logistic', logisticParams, job.params);
    checkJob(job, logistic);
    const { frame, task, weights } = job;
    const digest = jobDigest('logistic', params, job);
    const design = designOf(frame, weights);
    const { l1, l2 } = params;
    const problem = { task, design, label: frame.label, weights, l1, l2 };
    const classes = frame.classes?.length ?? 1;
    let coefficients: Coefficients[];
    let done: boolean;
    if (task === 'multiclass-classification') {
      const checkpoints = new Checkpoints<ClassesState>(digest, control);
      ({ coefficients, done } = await fitClasses(problem, classes, params, control, checkpoints));
    } else {
      const found = await fit(problem, params, control, new Checkpoints<FitState>(digest, control));
      [coefficients, done] = [[found.beta], found.done];
    }
    return {
      onnx: exportLinear(signatureOf(task, frame), design.terms, coefficients),
      params,
      importances: importancesOf(frame.features, design.terms, coefficients),
      ...(done ? {} : { because: unfinished(params) }),
    };
  },
};

function unfinished({ max_iterations: most, tolerance }: LogisticParams): string {
  return `Ended after ${counted(most, 'iteration')} with coefficients that still moved by more than ${tolerance}: raise max_iterations, l2 or tolerance.`;
}

/** Each feature's share of the absolute weights of all classes, each weight times the standard deviation of what it weighs. */
function importancesOf(
  features: readonly string[],
  terms: readonly Term[],
  coefficients: readonly Coefficients[],
): Record<string, number> {
  const weights = new Map(features.map((feature) => [feature, 0]));
  for (const [i, { feature, sd }] of terms.entries()) {
    const weight = coefficients.reduce((sum, own) => sum + Math.abs(own[i] ?? 0), 0);
    weights.set(feature, (weights.get(feature) ?? 0) + weight * sd);
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(
    [...weights].map(([feature, weight]) => [feature, total === 0 ? 1 / features.length : weight / total]),
  );
}
