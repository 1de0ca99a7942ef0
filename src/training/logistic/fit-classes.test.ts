import { describe, expect, it } from 'vitest';
import { generatedFrame, withColumns } from '../../../test/training/generated-frame.ts';
import { pickRows } from '../../data/pick-rows.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { quietly } from '../trainer.testsuite.ts';
import type { TrainedModel, TrainingControl } from '../trainer.ts';
import { classGradient } from './class-gradient.ts';
import { designOf } from './design.ts';
import { logistic } from './trainer.ts';

const task = 'multiclass-classification';
const signal = new AbortController().signal;

const train = (frame: Frame, params: Record<string, unknown> = {}, control: Partial<TrainingControl> = {}) =>
  logistic.train({ task, frame, params, seed: 1 }, quietly(control));

async function scores({ onnx }: TrainedModel, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(onnx);
  const found = await scoreFrame(model, frame);
  await model.release();
  return found;
}

const row = (scores: Float32Array, i: number, classes = 3) => [...scores.subarray(i * classes, (i + 1) * classes)];

describe('logistic regression of three classes', () => {
  it('tells apart rows that it has not seen, with probabilities that add up to one', async () => {
    const trained = await train(generatedFrame(task, 1500));
    const unseen = generatedFrame(task, 1000, 99);
    const found = await scores(trained, unseen);
    let right = 0;
    for (let i = 0; i < unseen.rows; i++) {
      const own = row(found, i);
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      if (own.indexOf(Math.max(...own)) === unseen.label[i]) right++;
    }
    const counts = [0, 1, 2].map((k) => unseen.label.filter((y) => y === k).length);
    expect(right).toBeGreaterThan(1.3 * Math.max(...counts));
    expect(Object.values(trained.importances).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(trained.importances['signal']).toBeGreaterThan(0.3);
  });

  it('says of rows without a column that tells anything how frequent each class is', async () => {
    const frame = generatedFrame(task, 300);
    const still = { ...frame, features: ['constant', 'noise'] };
    const found = await scores(await train(still, { l1: 1000 }), still);
    for (const k of [0, 1, 2]) expect(found[k]).toBeCloseTo(frame.label.filter((y) => y === k).length / frame.rows, 5);
  });

  it('scores missing values and unseen categories, and says of two of these the same', async () => {
    const frame = generatedFrame(task, 600);
    const trained = await train(frame);
    const few = pickRows(frame, [0, 1, 2, 3]);
    const region = (level: string) =>
      withColumns(few, { region: { type: 'category', codes: new Int32Array(4), levels: [level] } });
    expect(await scores(trained, region('never'))).toEqual(await scores(trained, region('Übersee 🌏')));
    const missing = withColumns(few, {
      region: { type: 'category', codes: new Int32Array(4).fill(-1), levels: [] },
      signal: { type: 'number', values: new Float32Array(4).fill(NaN) },
    });
    expect((await scores(trained, missing)).every(Number.isFinite)).toBe(true);
    expect(await scores(trained, missing)).not.toEqual(await scores(trained, region('never')));
  });

  it('goes on from any checkpoint to the bytes of an uninterrupted training', async () => {
    const frame = generatedFrame(task, 200);
    const saved: Uint8Array[] = [];
    const whole = await train(frame, {}, { checkpointEveryMs: 0, onCheckpoint: (bytes) => void saved.push(bytes.slice()) });
    expect(saved.length).toBeGreaterThan(5);
    for (const checkpoint of [saved[0], saved[3], saved.at(-1)]) {
      if (checkpoint === undefined) throw new Error('no checkpoint');
      expect(Buffer.from((await train(frame, {}, { checkpoint })).onnx).equals(Buffer.from(whole.onnx))).toBe(true);
    }
  });

  it('ends by itself, and says so where it was ended', async () => {
    const frame = generatedFrame(task, 400);
    let last = 0;
    const whole = await train(frame, {}, { onProgress: ({ done }) => void (last = done) });
    expect(last).toBeLessThan(400);
    expect(whole.because).toBeUndefined();
    expect((await train(frame, { max_iterations: 3 })).because).toMatch(/^Ended after 3 iterations with coefficients that still/);
  });

  it('has the derivatives of its loss', async () => {
    const frame = generatedFrame(task, 100);
    const design = designOf(frame);
    const weights = Float64Array.from({ length: 100 }, (_, i) => (i % 4) / 2);
    const problem = { task, design, label: frame.label, weights, l1: 0, l2: 0.3 } as const;
    const n = design.terms.length + 1;
    const beta = Float64Array.from({ length: 3 * n }, (_, j) => Math.sin(j) / 3);
    const gradient = await classGradient(problem, 3, beta, signal);
    const step = 1e-5;
    for (let j = 0; j < beta.length; j++) {
      const at = (by: number) => lossOf(frame, design, weights, 0.3, beta.with(j, (beta[j] ?? NaN) + by));
      expect((at(-step) - at(step)) / (2 * step)).toBeCloseTo(gradient[j] ?? NaN, 4);
    }
  });
});

/** The sum of minus log probabilities by weight, and the penalty: by definition. */
function lossOf(frame: Frame, design: ReturnType<typeof designOf>, weights: Float64Array, l2: number, beta: Float64Array) {
  const n = design.terms.length + 1;
  let loss = 0;
  for (let i = 0; i < frame.rows; i++) {
    const sums = [0, 1, 2].map((k) => {
      let sum = beta[k * n + n - 1] ?? NaN;
      for (let j = 0; j < design.width; j++) sum += (design.values[i * design.width + j] ?? NaN) * (beta[k * n + j] ?? NaN);
      for (const group of design.groups) if ((group[i] ?? -1) >= 0) sum += beta[k * n + (group[i] ?? 0)] ?? NaN;
      return sum;
    });
    const all = sums.reduce((total, sum) => total + Math.exp(sum), 0);
    loss += (weights[i] ?? NaN) * (Math.log(all) - (sums[frame.label[i] ?? 0] ?? NaN));
  }
  beta.forEach((b, at) => (loss += at % n === n - 1 ? 0 : (l2 / 2) * b * b));
  return loss;
}
