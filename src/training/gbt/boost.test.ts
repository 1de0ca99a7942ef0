import { describe, expect, it } from 'vitest';
import { generatedFrame, rowsOf } from '../../../test/training/generated-frame.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import type { Task } from '../../onnx/signature.ts';
import { Checkpoints } from '../checkpoint.ts';
import { signatureOf } from '../signature-of.ts';
import { quietly } from '../trainer.testsuite.ts';
import { binFeature } from './binning.ts';
import { boost, type BoostState, type Ensemble } from './boost.ts';
import { orderCategories } from './category-order.ts';
import { exportEnsemble } from './export.ts';
import { gbtParams } from './params.ts';
import { addTree } from './tree.ts';

function prepare(frame: Frame) {
  const ranks = new Map<string, ReadonlyMap<string, number>>();
  const features = frame.features.map((name) => {
    const column = frame.columns[name];
    if (column === undefined) throw new Error(name);
    if (column.type === 'number') return binFeature(column.values, 254);
    const order = orderCategories(column, frame.label);
    ranks.set(name, order.ranks);
    return binFeature(order.values, 254);
  });
  return { features, ranks };
}

async function boosted(task: Task, frame: Frame, params: Record<string, unknown>) {
  const { features, ranks } = prepare(frame);
  const control = quietly();
  const job = { task, label: frame.label, seed: 1 };
  const ensemble = await boost(job, features, gbtParams.parse(params), control, new Checkpoints<BoostState>('job', control));
  return { ensemble, features, ranks };
}

/** What the trainer itself says of the rows that it learned from. */
function ownScores(ensemble: Ensemble, features: ReturnType<typeof prepare>['features'], rows: number, task: Task): Float64Array {
  const scores = new Float64Array(rows).fill(ensemble.base);
  for (const tree of ensemble.trees) addTree(tree, features, scores);
  return task === 'regression' ? scores : scores.map((score) => 1 / (1 + Math.exp(-score)));
}

describe('boosting', () => {
  it('moves each leaf by its mean residual, shrunk', async () => {
    const frame: Frame = {
      rows: 6,
      features: ['x'],
      columns: { x: { type: 'number', values: Float32Array.of(1, 1, 1, 2, 2, NaN) } },
      label: Float64Array.of(0, 0, 3, 10, 10, 10),
      classes: null,
      timestamp: null,
    };
    const { ensemble } = await boosted('regression', frame, { trees: 1, leaves: 2, min_rows_in_leaf: 1, learning_rate: 0.5 });
    // Mean 5.5; left {0, 0, 3}: residual -4.5; right {10, 10, missing: 10}: +4.5.
    expect(ensemble.base).toBe(5.5);
    expect(ensemble.trees[0]).toMatchObject({ feature: [0], bin: [0], missingLeft: [false], value: [-2.25, 2.25] });
    expect(ensemble.trees[0]?.gain[0]).toBeCloseTo(2 * 3 * 4.5 ** 2, 9);
  });

  it('takes Newton steps on the log loss', async () => {
    const frame: Frame = {
      rows: 8,
      features: ['x'],
      columns: { x: { type: 'number', values: Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2) } },
      label: Float64Array.of(0, 0, 0, 1, 1, 1, 1, 0),
      classes: ['no', 'yes'],
      timestamp: null,
    };
    const params = { trees: 1, leaves: 2, min_rows_in_leaf: 1, learning_rate: 1, l2: 1 };
    const { ensemble } = await boosted('binary-classification', frame, params);
    // p = 1/2 everywhere: gradient sums +1 and -1, second derivatives 4 * 1/4.
    expect(ensemble.base).toBe(0);
    expect(ensemble.trees[0]?.value).toEqual([-0.5, 0.5]);
  });

  it('never makes a leaf of fewer rows than allowed, nor more leaves', async () => {
    const frame = generatedFrame('regression', 500);
    const { ensemble, features } = await boosted('regression', frame, { trees: 10, leaves: 12, min_rows_in_leaf: 30 });
    for (const tree of ensemble.trees) {
      expect(tree.value.length).toBeLessThanOrEqual(12);
      // Each leaf told apart by a value of its own.
      const leaves = new Float64Array(500);
      addTree({ ...tree, value: tree.value.map((_, leaf) => leaf) }, features, leaves);
      const counts = new Map<number, number>();
      for (const leaf of leaves) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
      expect(counts.size).toBe(tree.value.length);
      for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(30);
    }
  });

  it('fits more closely with every tree', async () => {
    const frame = generatedFrame('regression', 400);
    const { ensemble, features } = await boosted('regression', frame, { trees: 20, leaves: 6 });
    const errors = ensemble.trees.map((_, done) => {
      const scores = ownScores({ ...ensemble, trees: ensemble.trees.slice(0, done + 1) }, features, 400, 'regression');
      return scores.reduce((sum, score, row) => sum + (score - (frame.label[row] ?? 0)) ** 2, 0);
    });
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1] ?? 0);
  });
});

describe('the exported graph', () => {
  it.each(['binary-classification', 'regression'] as const)('says what the trainer says: %s', async (task) => {
    const frame = generatedFrame(task, 1500);
    const params = { trees: 120, leaves: 31, row_sample: 0.8, feature_sample: 0.8 };
    const { ensemble, features, ranks } = await boosted(task, frame, params);
    const model = await OnnxModel.open(exportEnsemble(ensemble, signatureOf(task, frame), features, ranks));
    const graph = await scoreFrame(model, frame);
    const [single] = await scoreFrame(model, rowsOf(frame, [3]));
    await model.release();
    const own = ownScores(ensemble, features, frame.rows, task);
    const scale = task === 'regression' ? Math.max(...own) : 1;
    for (let row = 0; row < frame.rows; row++)
      expect(Math.abs((graph[row] ?? NaN) - (own[row] ?? NaN)) / scale).toBeLessThan(1e-5);
    expect(single).toBe(graph[3]);
  });
});
