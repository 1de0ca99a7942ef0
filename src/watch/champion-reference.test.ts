import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import { splitHoldout } from '../data/holdout.ts';
import { OnnxModel } from '../onnx/model.ts';
import type { Task } from '../onnx/signature.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { pinballLoss, plainNumbers } from '../stats/number-losses.ts';
import { gbt } from '../training/gbt/trainer.ts';
import { Random } from '../training/random.ts';
import { learnReference } from './champion-reference.ts';

const rows = 6000;
const control = { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined };

/** Rows whose labels are hard to tell where `noisy` is large: a number, a place, and a class or value that follows from them. */
function world(task: Task, seed: number, noisy: (random: Random) => number): Frame {
  const random = new Random(seed);
  const [x, noise] = [new Float32Array(rows), new Float32Array(rows)];
  const codes = new Int32Array(rows);
  const label = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    x[i] = random.next();
    noise[i] = noisy(random);
    codes[i] = random.next() < 0.5 ? 0 : 1;
    const signal = (x[i] ?? 0) * 4 + (codes[i] ?? 0);
    // About normal: the sum of four uniform ones.
    const normal = random.next() + random.next() + random.next() + random.next() - 2;
    const value = signal + normal * (noise[i] ?? 0) * 3;
    label[i] = task === 'regression' ? value * 20 : Number(value > 2.5);
  }
  return {
    rows,
    features: ['x', 'noise', 'place'],
    columns: {
      x: { type: 'number', values: x },
      noise: { type: 'number', values: noise },
      place: { type: 'category', codes, levels: ['east', 'west'] },
    },
    label,
    classes: task === 'regression' ? null : ['0', '1'],
    timestamp: Float64Array.from({ length: rows }, (_, i) => i),
  };
}

/** A version that learned from the first half; the reference is the second. */
async function released(task: Task, terms = plainNumbers) {
  const frame = world(task, 1, (random) => random.next() ** 3);
  const { train, holdout } = splitHoldout(frame, { share: 0.5 });
  const { onnx } = await gbt.train({ task, frame: train, params: { trees: 60, leaves: 8 }, seed: 1 }, control);
  const model = await OnnxModel.open(onnx);
  return { model, reference: await learnReference(holdout, model, terms) };
}

/** What callers would send of these rows, and what the version answers. */
async function asked(model: OnnxModel, frame: Frame): Promise<LoggedPrediction[]> {
  const scores = await scoreFrame(model, frame);
  const { x, noise, place } = frame.columns;
  return Array.from(scores, (score, i) => ({
    id: `${i}`,
    model: 'm',
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at: i,
    score,
    prediction: model.signature.task === 'regression' ? `${score}` : score >= 0.5 ? '1' : '0',
    row: {
      x: x?.type === 'number' ? (x.values[i] ?? null) : null,
      noise: noise?.type === 'number' ? (noise.values[i] ?? null) : null,
      place: place?.type === 'category' ? (place.levels[place.codes[i] ?? 0] ?? null) : null,
    },
  }));
}

describe('what is estimated without labels', () => {
  it('is the accuracy that the labels then show, and most of its fall where rows have become harder', async () => {
    const { model, reference } = await released('binary-classification');
    const look = async (seed: number, noisy: (random: Random) => number) => {
      const frame = world('binary-classification', seed, noisy);
      const answers = await asked(model, frame);
      const right = answers.filter(({ prediction }, i) => prediction === `${frame.label[i]}`).length / rows;
      return { right, estimate: (await reference.estimate(answers, 3)) ?? { value: NaN, low: NaN, high: NaN } };
    };
    const asBefore = await look(2, (random) => random.next() ** 3);
    expect(asBefore.estimate.low).toBeLessThan(asBefore.right);
    expect(asBefore.estimate.high).toBeGreaterThan(asBefore.right);
    // Scores are a little less calibrated there than where they were calibrated.
    const harder = await look(3, (random) => random.next());
    const fall = asBefore.right - harder.right;
    expect(fall).toBeGreaterThan(0.05);
    expect(asBefore.estimate.value - harder.estimate.value).toBeGreaterThan(0.7 * fall);
    expect(asBefore.estimate.value - harder.estimate.value).toBeLessThan(1.3 * fall);
    await model.release();
  });

  it('is the mean absolute error that the labels then show, also where rows have become noisier', async () => {
    const { model, reference } = await released('regression');
    const errors: number[] = [];
    for (const [seed, noisy] of [
      [2, (random: Random) => random.next() ** 3],
      [3, (random: Random) => random.next()],
    ] as const) {
      const frame = world('regression', seed, noisy);
      const answers = await asked(model, frame);
      const mae = answers.reduce((sum, { score }, i) => sum + Math.abs(score - (frame.label[i] ?? 0)), 0) / rows;
      const estimate = await reference.estimate(answers, 3);
      expect(estimate?.low).toBeLessThan(mae);
      expect(estimate?.high).toBeGreaterThan(mae);
      errors.push(estimate?.value ?? NaN);
    }
    expect(errors[1]).toBeGreaterThan((errors[0] ?? 0) * 1.3);
    await Promise.all([model.release(), reference.release()]);
  });

  it('is of the error that the champion is judged by', async () => {
    const { model, reference } = await released('regression', { quantile: 0.9, counts: false });
    const frame = world('regression', 2, (random) => random.next());
    const answers = await asked(model, frame);
    const pinball = answers.reduce((sum, { score }, i) => sum + pinballLoss(frame.label[i] ?? 0, score, 0.9), 0) / rows;
    const estimate = await reference.estimate(answers, 3);
    expect(Object.keys(estimate?.metrics ?? {})).toEqual(['pinball']);
    expect(estimate?.low).toBeLessThan(pinball);
    expect(estimate?.high).toBeGreaterThan(pinball);
    await Promise.all([model.release(), reference.release()]);
  });

  it('is nothing where the log does not keep what the errors depend on', async () => {
    const { model, reference } = await released('regression');
    const answers = await asked(
      model,
      world('regression', 2, () => 0.1),
    );
    expect(
      await reference.estimate(
        answers.map((answer) => ({ ...answer, row: { x: 1 } })),
        3,
      ),
    ).toBeNull();
    expect(await reference.estimate([], 3)).toBeNull();
    await Promise.all([model.release(), reference.release()]);
  });
});
