import { checkJob } from '../check-job.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import type { Term } from './design.ts';
import { designOf } from './design.ts';
import { exportLinear } from './export.ts';
import type { Coefficients } from './fit.ts';
import { fit } from './fit.ts';
import { logisticParams } from './params.ts';

/** Logistic regression; for values, ridge regression. */
export const logistic: Trainer = {
  name: 'logistic',

  checkParams(params) {
    parseParams('logistic', logisticParams, params);
  },

  async train(job, control) {
    const params = parseParams('logistic', logisticParams, job.params);
    checkJob(job);
    const design = designOf(job.frame);
    const coefficients = await fit(job.task, design, job.frame.label, params, control);
    return {
      onnx: exportLinear(signatureOf(job.task, job.frame), job.frame, design.terms, coefficients),
      params,
      importances: importancesOf(job.frame.features, design.terms, coefficients),
    };
  },
};

function importancesOf(features: readonly string[], terms: readonly Term[], coefficients: Coefficients): Record<string, number> {
  const weight = (feature: string) =>
    terms.reduce((sum, term, i) => sum + (term.feature === feature ? Math.abs(coefficients[i] ?? 0) : 0), 0);
  const weights = features.map(weight);
  const total = weights.reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(
    features.map((feature, i) => [feature, total === 0 ? 1 / features.length : (weights[i] ?? 0) / total]),
  );
}
