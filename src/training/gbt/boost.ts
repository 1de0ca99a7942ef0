import type { Task } from '../../onnx/signature.ts';
import { Random } from '../random.ts';
import type { TrainingControl } from '../trainer.ts';
import type { BinnedFeature } from './binning.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Grower } from './grower.ts';
import type { GbtParams } from './params.ts';
import { leafOf, type Tree } from './tree.ts';

/** Between two checkpoints, ms. */
const checkpointEvery = 1500;

export interface Ensemble {
  /** What every row starts from: log odds, or the mean. */
  readonly base: number;
  readonly trees: readonly Tree[];
}

/**
 * Gradient boosting with second derivatives (J. Friedman, Annals of Statistics 29, 2001; T. Chen and C. Guestrin, KDD 2016):
 * log loss for classes, squared loss for values. The event loop gets its turn after every tree.
 */
export async function boost(
  task: Task,
  features: readonly BinnedFeature[],
  label: Float64Array,
  params: GbtParams,
  seed: number,
  control: TrainingControl,
): Promise<Ensemble> {
  const rows = label.length;
  const base = baseScore(task, label);
  const score = new Float64Array(rows).fill(base);
  const resumed: Checkpoint | null = control.checkpoint === undefined ? null : readCheckpoint(control.checkpoint);
  const trees = resumed?.trees ?? [];
  const random = new Random(resumed?.random ?? seed);
  for (const tree of trees) applyTree(tree, features, score);

  const grower = new Grower(features, rows, params);
  const gradient = new Float64Array(rows);
  const hessian = new Float64Array(rows).fill(1);
  let saved = performance.now();
  while (trees.length < params.trees) {
    control.signal.throwIfAborted();
    derive(task, label, score, gradient, hessian);
    const order = sampleRows(rows, params.row_sample, random);
    const used = sampleFeatures(features.length, params.feature_sample, random);
    const tree = grower.grow(order, gradient, hessian, used, (_, value, members) => {
      if (params.row_sample === 1) for (const row of members) score[row] = (score[row] as number) + value;
    });
    trees.push(tree);
    if (params.row_sample < 1) applyTree(tree, features, score);
    const progress = { phase: 'trees', done: trees.length, total: params.trees };
    await control.onProgress(progress);
    if (performance.now() - saved > checkpointEvery && trees.length < params.trees) {
      await control.onCheckpoint(writeCheckpoint({ trees, random: random.state }), progress);
      saved = performance.now();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { base, trees };
}

function baseScore(task: Task, label: Float64Array): number {
  const mean = label.reduce((sum, y) => sum + y, 0) / label.length;
  return task === 'regression' ? mean : Math.log(mean / (1 - mean));
}

function derive(task: Task, label: Float64Array, score: Float64Array, gradient: Float64Array, hessian: Float64Array): void {
  if (task === 'regression') {
    for (let i = 0; i < label.length; i++) gradient[i] = (score[i] as number) - (label[i] as number);
    return;
  }
  for (let i = 0; i < label.length; i++) {
    const p = 1 / (1 + Math.exp(-(score[i] as number)));
    gradient[i] = p - (label[i] as number);
    hessian[i] = p * (1 - p);
  }
}

function applyTree(tree: Tree, features: readonly BinnedFeature[], score: Float64Array): void {
  const missingBin = features.map((feature) => feature.missingBin);
  for (let row = 0; row < score.length; row++) {
    const leaf = leafOf(tree, (feature) => features[feature]?.bins[row] ?? 0, missingBin);
    score[row] = (score[row] as number) + (tree.value[leaf] ?? 0);
  }
}

function sampleRows(rows: number, share: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  return share === 1 ? all : all.filter(() => random.next() < share);
}

/** At least one, in ascending order. */
function sampleFeatures(features: number, share: number, random: Random): number[] {
  const all = Array.from({ length: features }, (_, i) => i);
  if (share === 1) return all;
  const wanted = Math.max(1, Math.round(features * share));
  while (all.length > wanted) all.splice(random.below(all.length), 1);
  return all;
}
