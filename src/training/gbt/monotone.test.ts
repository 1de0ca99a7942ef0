import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import type { Task } from '../../onnx/signature.ts';
import { Random } from '../random.ts';
import { quietly } from '../trainer.testsuite.ts';
import { gbt } from './trainer.ts';

const features = ['rising', 'falling', 'free'];

/** Rows whose label follows nothing that a monotone model could say exactly. */
function wild(task: Task, seed: number): Frame {
  const random = new Random(seed);
  const rows = 400;
  const [a = [], b = [], c = []] = features.map(() => Array.from({ length: rows }, () => random.next() * 4));
  const value = (i: number) =>
    Math.sin(3 * (a[i] ?? 0)) + Math.cos(2 * (b[i] ?? 0)) * (c[i] ?? 0) + (a[i] ?? 0) / 2 + random.next();
  const values = Array.from({ length: rows }, (_, i) => value(i));
  return {
    ...{ rows, features, classes: task === 'regression' ? null : ['no', 'yes'], timestamp: null },
    columns: Object.fromEntries([a, b, c].map((list, i) => [features[i], { type: 'number', values: Float32Array.from(list) }])),
    label: Float64Array.from(values, (y) => (task === 'regression' ? y : Number(y > 1))),
  };
}

/** Rows that differ in one feature only, which rises. */
function along(feature: string, classes: Frame['classes'], random: Random): Frame {
  const rows = 60;
  const columns = Object.fromEntries(
    features.map((name) => {
      const start = random.next() * 4;
      return [
        name,
        { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => (name === feature ? i / 12 : start)) },
      ] as const;
    }),
  );
  return { rows, features, columns, label: new Float64Array(rows), classes, timestamp: null };
}

describe('a model with monotone features', () => {
  it.each([
    ['regression', {}],
    ['regression', { loss: 'absolute' }],
    ['binary-classification', {}],
  ] as const)('rises and falls with them as it is told: %s %s', (task, loss) =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1, 0.7), async (seed, row_sample) => {
        const monotone = { rising: 'increasing', falling: 'decreasing' };
        const params = { trees: 15, leaves: 10, learning_rate: 0.4, min_rows_in_leaf: 3, row_sample, monotone, ...loss };
        const frame = wild(task, seed);
        const { onnx } = await gbt.train({ task, frame, params, seed }, quietly());
        const model = await OnnxModel.open(onnx);
        const random = new Random(seed);
        for (const [feature, sign] of [
          ['rising', 1],
          ['falling', -1],
        ] as const) {
          for (let line = 0; line < 5; line++) {
            const scores = await scoreFrame(model, along(feature, frame.classes, random));
            for (let i = 1; i < scores.length; i++) {
              expect(((scores[i] ?? NaN) - (scores[i - 1] ?? NaN)) * sign).toBeGreaterThanOrEqual(-1e-6);
            }
          }
        }
        await model.release();
      }),
      { numRuns: 8 },
    ),
  );

  it('still follows a feature that is free', async () => {
    const frame = wild('regression', 5);
    const { importances } = await gbt.train(
      { task: 'regression', frame, params: { trees: 20, monotone: { rising: 'increasing' } }, seed: 1 },
      quietly(),
    );
    expect(importances['free']).toBeGreaterThan(0.1);
  });

  it('names every feature that has no order, or that there is not', async () => {
    const params = { monotone: { signl: 'increasing', region: 'decreasing', signal: 'increasing' } };
    const job = { task: 'regression', frame: generatedFrame('regression', 100), params, seed: 1 } as const;
    await expect(gbt.train(job, quietly())).rejects.toMatchObject({
      code: 'PAWL_TRAINING_PARAMS_INVALID',
      problems: [
        { subject: 'monotone.signl', hint: 'did you mean signal?' },
        { subject: 'monotone.region', message: expect.stringContaining('category') },
      ],
    });
  });
});
