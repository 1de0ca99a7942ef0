import { checkJob } from '../check-job.ts';
import { Checkpoints, jobDigest } from '../checkpoint.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { designOf, type Term } from './design.ts';
import { exportLinear } from './export.ts';
import { fit, type FitState } from './fit.ts';
import type { Coefficients } from './normal-equations.ts';
import { logisticParams } from './params.ts';

/** Logistic regression with an elastic net; for values, linear regression with one. */
export const logistic: Trainer = {
  name: 'logistic',
  tasks: ['binary-classification', 'regression'],

  checkParams(params) {
    parseParams('logistic', logisticParams, params);
  },

  async train(job, control) {
    const params = parseParams('logistic', logisticParams, job.params);
    checkJob(job, logistic);
    const { frame, task, weights } = job;
    const checkpoints = new Checkpoints<FitState>(jobDigest('logistic', params, job), control);
    const design = designOf(frame, weights);
    const { l1, l2 } = params;
    const coefficients = await fit({ task, design, label: frame.label, weights, l1, l2 }, params, control, checkpoints);
    return {
      onnx: exportLinear(signatureOf(task, frame), design.terms, coefficients),
      params,
      importances: importancesOf(frame.features, design.terms, coefficients),
    };
  },
};

/** Each feature's share of the absolute weights, each weight times the standard deviation of what it weighs. */
function importancesOf(features: readonly string[], terms: readonly Term[], coefficients: Coefficients): Record<string, number> {
  const weights = new Map(features.map((feature) => [feature, 0]));
  for (const [i, { feature, sd }] of terms.entries()) {
    weights.set(feature, (weights.get(feature) ?? 0) + Math.abs(coefficients[i] ?? 0) * sd);
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(
    [...weights].map(([feature, weight]) => [feature, total === 0 ? 1 / features.length : weight / total]),
  );
}
