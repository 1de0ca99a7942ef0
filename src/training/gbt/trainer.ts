import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame } from '../../data/dataset.ts';
import { counted, inWords } from '../../stats/wording.ts';
import { checkJob, checkLabels } from '../check-job.ts';
import { Checkpoints, jobDigest } from '../checkpoint.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { binFeature, sampleForBins, type BinnedFeature } from './binning.ts';
import { boost, type BoostState, type Ensemble } from './boost.ts';
import { codesOf, orderCategories } from './category-order.ts';
import { checkLoss } from './check-loss.ts';
import { exportEnsemble } from './export.ts';
import { slotsFor } from './grower.ts';
import { openKernel } from './kernel/open-kernel.ts';
import { learnedRows } from './learned-rows.ts';
import type { Target } from './loss.ts';
import { monotoneDirections } from './monotone.ts';
import { lossOf } from './loss-of.ts';
import { gbtParams, type GbtParams } from './params.ts';
import { reduced } from './reduced.ts';

/** Gradient-boosted trees on histograms, grown leaf by leaf. */
export const gbt: Trainer = {
  name: 'gbt',
  tasks: ['binary-classification', 'multiclass-classification', 'regression'],

  checkParams(params) {
    parseParams('gbt', gbtParams, params);
  },

  reduced,

  async train(job, control) {
    const params = parseParams('gbt', gbtParams, job.params);
    checkJob(job, gbt);
    checkLoss(job, params);
    const directions = monotoneDirections(job, params);
    const { frame, task, seed } = job;
    const learned = params.early_stopping === undefined ? frame.rows : learnedRows(frame, params.early_stopping.share);
    const target: Target = { label: frame.label, weights: job.weights ?? null, learned };
    if (learned < frame.rows) checkLabels(job, learned);
    const checkpoints = new Checkpoints<BoostState>(jobDigest('gbt', params, job), control);
    const codes = new Map<string, ReadonlyMap<string, number>>();
    const features: BinnedFeature[] = [];
    const loss = lossOf(task, params, target, classesOf(frame));
    const size = { rows: frame.rows, features: frame.features.length, slots: slotsFor(params) };
    const kernel = openKernel(size, job.threads ?? 1);
    let ensemble: Ensemble;
    try {
      const sample = sampleForBins(frame.rows, seed);
      for (const [i, name] of frame.features.entries()) {
        const column = frame.columns[name];
        if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
        if (column.type === 'number') {
          const binned = binFeature(column.values, params.bins, kernel.columns[i], sample);
          const monotone = directions.get(name);
          features.push(monotone === undefined ? binned : { ...binned, monotone });
        } else {
          const order = orderCategories(column, target, task === 'multiclass-classification' ? classesOf(frame) : null);
          const binned = binFeature(order.values, params.bins, kernel.columns[i], sample);
          codes.set(name, codesOf(order.ranks, binned));
          features.push({ ...binned, isCategory: true });
        }
        await control.onProgress({ phase: 'bins', done: features.length, total: frame.features.length });
        await nextTurn();
        control.signal.throwIfAborted();
      }
      ensemble = await boost({ ...target, seed }, loss, features, params, control, checkpoints, kernel);
    } finally {
      await kernel.close();
    }
    const kept = ensemble.trees.length / loss.outputs;
    return {
      onnx: exportEnsemble(ensemble, signatureOf(task, frame), features, codes, loss.link),
      params: learned < frame.rows ? { ...params, trees_kept: kept } : params,
      ...(learned < frame.rows ? { because: toldOf(params, kept, frame.rows - learned) } : {}),
      importances: importancesOf(ensemble, frame.features),
    };
  },
};

/** Of an early end, or of one that did not come. */
function toldOf({ trees }: GbtParams, kept: number, held: number): string {
  return `Kept ${counted(kept, 'tree')} of ${inWords(trees)} allowed: the loss on the newest ${counted(held, 'row')}, held back for this, was smallest there.`;
}

function classesOf({ classes }: Frame): number {
  return classes?.length ?? 1;
}

/** Each feature's share of the gain of all splits. */
function importancesOf({ trees }: Ensemble, names: readonly string[]): Record<string, number> {
  const gains = new Float64Array(names.length);
  for (const tree of trees) {
    for (const [node, feature] of tree.feature.entries()) gains[feature] = (gains[feature] ?? 0) + (tree.gain[node] ?? 0);
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Object.fromEntries(names.map((name, i) => [name, total === 0 ? 1 / names.length : (gains[i] ?? 0) / total]));
}
