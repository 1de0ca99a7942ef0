import { checkJob } from '../check-job.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { binFeature } from './binning.ts';
import { boost, type Ensemble } from './boost.ts';
import { orderCategories } from './category-order.ts';
import { exportEnsemble } from './export.ts';
import { gbtParams } from './params.ts';

/** Gradient-boosted trees on histograms, grown leaf by leaf. */
export const gbt: Trainer = {
  name: 'gbt',

  checkParams(params) {
    parseParams('gbt', gbtParams, params);
  },

  async train(job, control) {
    const params = parseParams('gbt', gbtParams, job.params);
    checkJob(job);
    const { frame, task } = job;
    const ranks = new Map<string, ReadonlyMap<string, number>>();
    const features = frame.features.map((name) => {
      const column = frame.columns[name];
      if (column?.type !== 'category') return binFeature(column?.values ?? new Float32Array(frame.rows), params.bins);
      const order = orderCategories(column, frame.label);
      ranks.set(name, order.ranks);
      return binFeature(order.values, params.bins);
    });
    const ensemble = await boost(task, features, frame.label, params, job.seed, control);
    return {
      onnx: exportEnsemble(ensemble, signatureOf(task, frame), frame, features, ranks),
      params,
      importances: importancesOf(ensemble, frame.features),
    };
  },
};

function importancesOf({ trees }: Ensemble, names: readonly string[]): Record<string, number> {
  const gains = new Float64Array(names.length);
  for (const tree of trees) {
    tree.gain.forEach((gain, node) => {
      const feature = tree.feature[node] ?? 0;
      gains[feature] = (gains[feature] ?? 0) + gain;
    });
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Object.fromEntries(names.map((name, i) => [name, total === 0 ? 1 / names.length : (gains[i] ?? 0) / total]));
}
