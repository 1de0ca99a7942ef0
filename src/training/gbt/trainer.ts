import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkJob } from '../check-job.ts';
import { Checkpoints, jobDigest } from '../checkpoint.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { binFeature, type BinnedFeature } from './binning.ts';
import { boost, type BoostState, type Ensemble } from './boost.ts';
import { orderCategories } from './category-order.ts';
import { exportEnsemble } from './export.ts';
import { gbtParams } from './params.ts';

/** Gradient-boosted trees on histograms, grown leaf by leaf. */
export const gbt: Trainer = {
  name: 'gbt',
  tasks: ['binary-classification', 'regression'],

  checkParams(params) {
    parseParams('gbt', gbtParams, params);
  },

  units: (params) => parseParams('gbt', gbtParams, params).trees,

  async train(job, control) {
    const params = parseParams('gbt', gbtParams, job.params);
    checkJob(job, gbt);
    const { frame, task, seed } = job;
    const checkpoints = new Checkpoints<BoostState>(jobDigest('gbt', params, job), control);
    const ranks = new Map<string, ReadonlyMap<string, number>>();
    const features: BinnedFeature[] = [];
    for (const name of frame.features) {
      const column = frame.columns[name];
      if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
      if (column.type === 'number') features.push(binFeature(column.values, params.bins));
      else {
        const order = orderCategories(column, frame.label);
        ranks.set(name, order.ranks);
        features.push(binFeature(order.values, params.bins));
      }
      await control.onProgress({ phase: 'bins', done: features.length, total: frame.features.length });
      await nextTurn();
      control.signal.throwIfAborted();
    }
    const ensemble = await boost({ task, label: frame.label, seed }, features, params, control, checkpoints);
    return {
      onnx: exportEnsemble(ensemble, signatureOf(task, frame), features, ranks),
      params,
      importances: importancesOf(ensemble, frame.features),
    };
  },
};

/** Each feature's share of the gain of all splits. */
function importancesOf({ trees }: Ensemble, names: readonly string[]): Record<string, number> {
  const gains = new Float64Array(names.length);
  for (const tree of trees) {
    for (const [node, feature] of tree.feature.entries()) gains[feature] = (gains[feature] ?? 0) + (tree.gain[node] ?? 0);
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Object.fromEntries(names.map((name, i) => [name, total === 0 ? 1 / names.length : (gains[i] ?? 0) / total]));
}
