import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Task } from '../../onnx/signature.ts';
import { Random } from '../random.ts';
import type { Checkpoints } from '../checkpoint.ts';
import type { TrainingControl } from '../trainer.ts';
import type { BinnedFeature } from './binning.ts';
import { Grower } from './grower.ts';
import { baseScore, derive } from './loss.ts';
import type { GbtParams } from './params.ts';
import { addTree, type Tree } from './tree.ts';

export interface Ensemble {
  /** What every row starts from: log odds, or the mean. */
  readonly base: number;
  readonly trees: readonly Tree[];
}

/** All that is needed to go on: scores follow from the trees. */
export interface BoostState {
  readonly trees: Tree[];
  /** Of the generator that samples. */
  readonly random: number;
}

/**
 * Gradient boosting with second derivatives (J. Friedman, Annals of Statistics 29, 2001; T. Chen and C. Guestrin, KDD 2016):
 * log loss for classes, squared loss for values. The event loop gets its turn after every tree.
 */
export async function boost(
  job: { readonly task: Task; readonly label: Float64Array; readonly seed: number },
  features: readonly BinnedFeature[],
  params: GbtParams,
  control: TrainingControl,
  checkpoints: Checkpoints<BoostState>,
): Promise<Ensemble> {
  const { task, label, seed } = job;
  const rows = label.length;
  const base = baseScore(task, label);
  const score = new Float64Array(rows).fill(base);
  const resumed = checkpoints.resume();
  const trees = resumed?.trees ?? [];
  const random = new Random(resumed?.random ?? seed);
  for (const tree of trees) {
    addTree(tree, features, score);
    await nextTurn();
    control.signal.throwIfAborted();
  }

  const grower = new Grower(features, rows, params);
  const derivatives = { gradient: new Float64Array(rows), hessian: new Float64Array(rows) };
  const order = new Int32Array(rows);
  const most = Math.min(params.trees, control.stopAt ?? params.trees);
  while (trees.length < most) {
    control.signal.throwIfAborted();
    derive(task, label, score, derivatives);
    const sampled = sampleRows(order, params.row_sample, random);
    const used = sampleFeatures(features.length, params.feature_sample, random);
    const tree = grower.grow(sampled, derivatives, used, (value, members) => {
      // A sample's leaves do not hold every row; those have to be led down the tree.
      if (params.row_sample === 1) for (const row of members) score[row] = (score[row] as number) + value;
    });
    if (params.row_sample < 1) addTree(tree, features, score);
    trees.push(tree);
    const progress = { phase: 'trees', done: trees.length, total: most };
    await control.onProgress(progress);
    if (trees.length < most) await checkpoints.saveAfterPause({ trees, random: random.state }, progress);
    await nextTurn();
  }
  if (control.stopAt !== undefined) {
    await checkpoints.save({ trees, random: random.state }, { phase: 'trees', done: trees.length, total: most });
  }
  return { base, trees };
}

/** Fills `order` with the rows of one tree, ascending, and returns that part of it. */
function sampleRows(order: Int32Array, share: number, random: Random): Int32Array {
  let taken = 0;
  for (let row = 0; row < order.length; row++) if (share === 1 || random.next() < share) order[taken++] = row;
  return order.subarray(0, taken);
}

/** At least one, in ascending order. */
function sampleFeatures(features: number, share: number, random: Random): number[] {
  const all = Array.from({ length: features }, (_, i) => i);
  if (share === 1) return all;
  const wanted = Math.max(1, Math.round(features * share));
  while (all.length > wanted) all.splice(random.below(all.length), 1);
  return all;
}
