import { describe, expect, it } from 'vitest';
import { generatedFrame, withColumns } from '../../../test/training/generated-frame.ts';
import { pickRows } from '../../data/pick-rows.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import type { Task } from '../../onnx/signature.ts';
import type { TrainedModel } from '../trainer.ts';
import { quietly } from '../trainer.testsuite.ts';
import { gbt } from './trainer.ts';

const kinds: readonly [task: Task, params: object][] = [
  ['binary-classification', {}],
  ['multiclass-classification', {}],
  ['regression', {}],
  ['regression', { loss: 'absolute' }],
  ['regression', { loss: 'poisson' }],
];
const usual = { trees: 12, leaves: 8, learning_rate: 0.3, min_rows_in_leaf: 1, min_hessian_in_leaf: 0 };

async function scores({ onnx }: TrainedModel, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(onnx);
  try {
    return await scoreFrame(model, frame);
  } finally {
    await model.release();
  }
}

function train(task: Task, frame: Frame, params: object, weights?: Float64Array) {
  const job = { task, frame, params: { ...usual, ...params }, seed: 1, ...(weights === undefined ? {} : { weights }) };
  return gbt.train(job, quietly());
}

function farthest(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, score, i) => Math.max(most, Math.abs(score - (other[i] ?? NaN)) / Math.max(1, Math.abs(score))), 0);
}

describe.each(kinds)('weights of rows: %s %o', (task, params) => {
  const all = generatedFrame(task, 300);
  const { signal } = all.columns;
  if (signal?.type !== 'number') throw new Error('signal is a number');
  // Few values, each in a bin of its own however many rows have it.
  const rough = Float32Array.from(signal.values, (value) => Math.round(value * 8) / 8);
  const frame = withColumns({ ...all, features: ['signal', 'flag', 'region'] }, { signal: { type: 'number', values: rough } });

  it('of n make a row count as n rows', async () => {
    const weights = Float64Array.from({ length: 300 }, (_, row) => 1 + (row % 3));
    const repeated = pickRows(
      frame,
      [...weights].flatMap((weight, row) => Array<number>(weight).fill(row)),
    );
    const [weighed, many] = [await train(task, frame, params, weights), await train(task, repeated, params)];
    expect(farthest(await scores(weighed, frame), await scores(many, frame))).toBeLessThan(1e-3);
    expect(farthest(await scores(weighed, frame), await scores(await train(task, frame, params), frame))).toBeGreaterThan(1e-3);
  });

  it('of 0 leave a row out', async () => {
    const strange = { ...frame, label: frame.label.map((y, row) => (row % 5 === 0 ? Math.min(...frame.label) : y)) };
    const weights = Float64Array.from({ length: 300 }, (_, row) => (row % 5 === 0 ? 0 : 1));
    const kept = pickRows(
      frame,
      [...weights.keys()].filter((row) => weights[row] === 1),
    );
    const [weighed, few] = [await train(task, strange, params, weights), await train(task, kept, params)];
    expect(farthest(await scores(weighed, kept), await scores(few, kept))).toBeLessThan(1e-3);
  });
});
