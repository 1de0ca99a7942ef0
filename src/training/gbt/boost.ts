import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../random.ts';
import type { Checkpoints } from '../checkpoint.ts';
import type { TrainingControl } from '../trainer.ts';
import type { BinnedFeature } from './binning.ts';
import { EarlyStopping } from './early-stopping.ts';
import { Grower, slotsFor } from './grower.ts';
import type { Derivatives, Kernel } from './kernel/kernel.ts';
import { openKernel } from './kernel/open-kernel.ts';
import type { Loss, Scores, Target } from './loss.ts';
import { orderedLeaves } from './ordered-leaves.ts';
import type { GbtParams } from './params.ts';
import { weigh } from './weighted-mean.ts';
import { addTree, type Tree } from './tree.ts';

export interface Ensemble {
  /** What every row starts from, by output: log odds, logs of shares, the mean, a quantile, or the log of the mean. */
  readonly base: readonly number[];
  /** Round after round, in each a tree for every output: tree i adds to output i % base.length. */
  readonly trees: readonly Tree[];
}

/** All that is needed to go on: scores follow from the trees. */
export interface BoostState {
  readonly trees: Tree[];
  /** Of the generator that samples. */
  readonly random: number;
}

/**
 * Gradient boosting with second derivatives (J. Friedman, Annals of Statistics 29, 2001; T. Chen and C. Guestrin, KDD 2016). The event
 * loop gets its turn after every tree. Where some rows are not learned from, it ends early, and the trees up to the smallest loss on
 * those rows are kept.
 * @param target its first rows are learned from; the others only tell when to end
 */
export async function boost(
  target: Target & { readonly seed: number },
  loss: Loss,
  features: readonly BinnedFeature[],
  params: GbtParams,
  control: TrainingControl,
  checkpoints: Checkpoints<BoostState>,
  kernel: Kernel = openKernel({ rows: target.label.length, features: features.length, slots: slotsFor(params) }, 1),
): Promise<Ensemble> {
  const { label, learned, seed } = target;
  const { outputs, base } = loss;
  const scores = base.map((start, i) => (i === 0 ? kernel.score : new Float64Array(label.length)).fill(start));
  const patience = params.early_stopping?.rounds ?? Infinity;
  const stopping = learned < label.length ? new EarlyStopping(loss, learned, label.length, patience) : null;
  const resumed = checkpoints.resume();
  const trees = resumed?.trees ?? [];
  const random = new Random(resumed?.random ?? seed);
  for (const [i, tree] of trees.entries()) {
    addTree(tree, features, scores[i % outputs] as Float64Array);
    if ((i + 1) % outputs === 0) stopping?.look(scores);
    await nextTurn();
    control.signal.throwIfAborted();
  }

  const grower = new Grower(features, params, kernel);
  const { gradient, hessian } = kernel.derivatives;
  const derivatives = { gradient: gradient.subarray(0, learned), hessian: hessian.subarray(0, learned) };
  // A tree reorders the rows that it sees, unless it has to copy them first.
  const order = outputs === 1 ? kernel.order.subarray(0, learned) : new Int32Array(learned);
  const { inKernel } = loss;
  if (inKernel !== undefined) kernel.labels.set(label);
  let rounds = trees.length / outputs;
  while (rounds < params.trees && stopping?.isOver !== true) {
    control.signal.throwIfAborted();
    loss.startRound?.(scores);
    const sampled = sampleRows(order, params.row_sample, random);
    for (let output = 0; output < outputs; output++) {
      if (inKernel !== undefined) {
        kernel[inKernel](learned);
        weigh(derivatives, target.weights, learned);
      } else loss.derive(output, scores, derivatives);
      const used = sampleFeatures(features.length, params.feature_sample, random);
      trees.push(growTree(grower, sampled, derivatives, used, loss, scores, output, { features, params, learned, kernel }));
      if (output < outputs - 1) await nextTurn();
    }
    rounds++;
    stopping?.look(scores);
    const progress = { phase: 'trees', done: rounds, total: params.trees };
    await control.onProgress(progress);
    if (rounds < params.trees) await checkpoints.saveAfterPause({ trees, random: random.state }, progress);
    await nextTurn();
  }
  return { base, trees: stopping === null ? trees : trees.slice(0, stopping.bestRound * outputs) };
}

/** Grows one tree and adds it to the scores of its output. */
function growTree(
  grower: Grower,
  rows: Int32Array,
  derivatives: Derivatives,
  used: readonly number[],
  loss: Loss,
  scores: Scores,
  output: number,
  about: {
    readonly features: readonly BinnedFeature[];
    readonly params: GbtParams;
    readonly learned: number;
    readonly kernel: Kernel;
  },
): Tree {
  const { features, params, learned, kernel } = about;
  const score = scores[output] as Float64Array;
  const leaves: { value: number; readonly rows: Int32Array }[] = [];
  const tree = grower.grow(rows, derivatives, used, (step, members) => {
    leaves.push({ value: valueOf(step, members), rows: members });
  });
  let value = leaves.map((leaf) => leaf.value);
  // Steps are ordered as they are found; what a leaf takes in their place is not.
  if (loss.leafValue !== undefined && features.some(({ monotone }) => monotone !== undefined)) {
    const directions = features.map(({ monotone = 0 }) => monotone);
    value = orderedLeaves(
      tree,
      value,
      leaves.map((leaf) => leaf.rows.length),
      directions,
    );
  }
  const own = { ...tree, value };
  // A sample's leaves do not hold every row; those have to be led down the tree.
  const isWhole = params.row_sample === 1;
  if (isWhole) for (const [leaf, { rows: members }] of leaves.entries()) addLeaf(kernel, score, members, value[leaf] as number);
  addTree(own, features, score, isWhole ? learned : 0);
  return own;

  /** float32, as the graph will say it; never -0, which JSON forgets. */
  function valueOf(step: number, members: Int32Array): number {
    if (loss.leafValue === undefined) return step;
    const rate = params.learning_rate;
    const value = Math.fround(loss.leafValue(step / rate, members, scores) * rate) + 0;
    return Number.isFinite(value) ? value : 0;
  }
}

function addLeaf(kernel: Kernel, score: Float64Array, rows: Int32Array, value: number): void {
  if (score === kernel.score) kernel.addToScore(rows, value);
  else for (const row of rows) score[row] = (score[row] as number) + value;
}

/** Fills `order` with the rows of one tree, ascending, and returns that part of it. */
function sampleRows(order: Int32Array, share: number, random: Random): Int32Array {
  if (share === 1) {
    for (let row = 0; row < order.length; row++) order[row] = row;
    return order;
  }
  let taken = 0;
  for (let row = 0; row < order.length; row++) if (random.next() < share) order[taken++] = row;
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
