import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { pickRows } from '../../data/pick-rows.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import type { Task } from '../../onnx/signature.ts';
import { Checkpoints } from '../checkpoint.ts';
import { signatureOf } from '../signature-of.ts';
import { quietly } from '../trainer.testsuite.ts';
import { binFeature } from './binning.ts';
import { boost, type BoostState, type Ensemble } from './boost.ts';
import { codesOf, orderCategories } from './category-order.ts';
import { exportEnsemble, type Link } from './export.ts';
import type { Target } from './loss.ts';
import { lossOf } from './loss-of.ts';
import { gbtParams } from './params.ts';
import { addTree } from './tree.ts';

function targetOf(frame: Frame, weights: Float64Array | null = null): Target {
  return { label: frame.label, weights, learned: frame.rows };
}

function prepare(task: Task, frame: Frame) {
  const codes = new Map<string, ReadonlyMap<string, number>>();
  const classes = task === 'multiclass-classification' ? (frame.classes?.length ?? 0) : null;
  const features = frame.features.map((name) => {
    const column = frame.columns[name];
    if (column === undefined) throw new Error(name);
    if (column.type === 'number') return binFeature(column.values, 254);
    const order = orderCategories(column, targetOf(frame), classes);
    const binned = binFeature(order.values, 254);
    codes.set(name, codesOf(order.ranks, binned));
    return { ...binned, isCategory: true as const };
  });
  return { features, codes };
}

async function boosted(task: Task, frame: Frame, given: Record<string, unknown>) {
  const { features, codes } = prepare(task, frame);
  const control = quietly();
  const params = gbtParams.parse(given);
  const loss = lossOf(task, params, targetOf(frame), frame.classes?.length ?? 1);
  const target = { ...targetOf(frame), seed: 1 };
  const ensemble = await boost(target, loss, features, params, control, new Checkpoints<BoostState>('job', control));
  return { ensemble, features, codes, loss };
}

const links = {
  identity: (scores: number[]) => scores,
  logistic: (scores: number[]) => scores.map((score) => 1 / (1 + Math.exp(-score))),
  exp: (scores: number[]) => scores.map(Math.exp),
  softmax(scores: number[]) {
    const all = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    return scores.map((score) => Math.exp(score) / all);
  },
};

/** What the trainer itself says of the rows that it learned from, row after row. */
function ownScores(ensemble: Ensemble, features: ReturnType<typeof prepare>['features'], rows: number, link: Link): number[] {
  const scores = ensemble.base.map((start) => new Float64Array(rows).fill(start));
  for (const [i, tree] of ensemble.trees.entries()) addTree(tree, features, scores[i % scores.length] as Float64Array);
  return Array.from({ length: rows }, (_, row) => links[link](scores.map((score) => score[row] as number))).flat();
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
    expect(ensemble.base).toEqual([5.5]);
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
    expect(ensemble.base).toEqual([0]);
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
      const scores = ownScores({ ...ensemble, trees: ensemble.trees.slice(0, done + 1) }, features, 400, 'identity');
      return scores.reduce((sum, score, row) => sum + (score - (frame.label[row] ?? 0)) ** 2, 0);
    });
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1] ?? 0);
  });
});

describe('the exported graph', () => {
  it.each([
    ['binary-classification', undefined],
    ['multiclass-classification', undefined],
    ['regression', undefined],
    ['regression', 'quantile'],
    ['regression', 'poisson'],
  ] as const)('says what the trainer says: %s %s', async (task, loss) => {
    const frame = generatedFrame(task, 1500);
    const params = { trees: task === 'multiclass-classification' ? 40 : 120, row_sample: 0.8, feature_sample: 0.8, loss };
    const { ensemble, features, codes, loss: learned } = await boosted(task, frame, params);
    const model = await OnnxModel.open(exportEnsemble(ensemble, signatureOf(task, frame), features, codes, learned.link));
    const graph = await scoreFrame(model, frame);
    const single = await scoreFrame(model, pickRows(frame, [3]));
    await model.release();
    const own = ownScores(ensemble, features, frame.rows, learned.link);
    expect(graph).toHaveLength(own.length);
    const scale = task === 'regression' ? Math.max(...own) : 1;
    for (const [i, score] of own.entries()) expect(Math.abs((graph[i] ?? NaN) - score) / scale).toBeLessThan(1e-5);
    expect(single).toEqual(graph.slice(3 * single.length, 4 * single.length));
  });
});
