import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Task } from '../../onnx/signature.ts';
import { packageFile } from '../../package-root.ts';
import { Checkpoints } from '../checkpoint.ts';
import { quietly } from '../trainer.testsuite.ts';
import { binFeature } from './binning.ts';
import { boost, type BoostState } from './boost.ts';
import { lossOf } from './loss-of.ts';
import { gbtParams } from './params.ts';
import { addTree } from './tree.ts';

/** Of scikit-learn and LightGBM: test/reference/make_gbt.py. */
const reference = JSON.parse(readFileSync(packageFile('test/reference/gbt.json'), 'utf8')) as Record<
  'value' | 'count' | 'binary' | 'three' | 'weights',
  number[]
> & {
  params: Record<string, unknown>;
  columns: (number | null)[][];
  poisson_weighted: { params: Record<string, unknown>; scores: number[] };
  [scores: string]: unknown;
};

type Labels = 'value' | 'count' | 'binary' | 'three';

/** The scores of all rows after the trees, by output. */
async function learned(task: Task, labels: Labels, weighted: boolean, given: Record<string, unknown>): Promise<Float64Array[]> {
  const label = Float64Array.from(reference[labels]);
  const target = { label, weights: weighted ? Float64Array.from(reference.weights) : null, learned: label.length, seed: 1 };
  const features = reference.columns.map((column) =>
    binFeature(
      Float32Array.from(column, (value) => value ?? NaN),
      254,
    ),
  );
  const params = gbtParams.parse({ ...reference.params, ...given });
  const control = quietly();
  const loss = lossOf(task, params, target, 3);
  const { base, trees } = await boost(target, loss, features, params, control, new Checkpoints<BoostState>('job', control));
  const scores = base.map((start) => new Float64Array(label.length).fill(start));
  for (const [i, tree] of trees.entries()) addTree(tree, features, scores[i % base.length] as Float64Array);
  return scores;
}

const cases: readonly [name: string, task: Task, labels: Labels, params: Record<string, unknown>][] = [
  ['squared', 'regression', 'value', {}],
  ['squared_weighted', 'regression', 'value', {}],
  ['absolute', 'regression', 'value', { loss: 'absolute' }],
  ['absolute_weighted', 'regression', 'value', { loss: 'absolute' }],
  ['quantile_weighted', 'regression', 'value', { loss: 'quantile', alpha: 0.8 }],
  ['log_loss', 'binary-classification', 'binary', {}],
  ['log_loss_weighted', 'binary-classification', 'binary', {}],
];

it.each(cases)('learns what scikit-learn learns: %s', async (name, task, labels, params) => {
  const [scores = new Float64Array()] = await learned(task, labels, name.endsWith('weighted'), params);
  const expected = reference[name] as number[];
  expect(Math.max(...expected.map((score, row) => Math.abs(score - (scores[row] ?? NaN))))).toBeLessThan(2e-6);
});

it('learns what scikit-learn learns of counts, but that no step up passes the best one', async () => {
  const { params, scores: expected } = reference.poisson_weighted;
  const [scores = new Float64Array()] = await learned('regression', 'count', true, { ...params, loss: 'poisson' });
  expect(Math.max(...expected.map((score, row) => Math.abs(score - (scores[row] ?? NaN))))).toBeLessThan(2e-6);
});

it.each(['softmax', 'softmax_weighted'])('learns what LightGBM learns of three classes: %s', async (name) => {
  const scores = await learned('multiclass-classification', 'three', name.endsWith('weighted'), {
    min_rows_in_leaf: 1,
    min_hessian_in_leaf: 2,
  });
  const expected = reference[name] as number[][];
  for (const [row, probabilities] of expected.entries()) {
    const all = scores.map((score) => Math.exp(score[row] as number));
    const total = all.reduce((sum, one) => sum + one, 0);
    for (const [k, probability] of probabilities.entries()) expect((all[k] as number) / total).toBeCloseTo(probability, 5);
  }
});
