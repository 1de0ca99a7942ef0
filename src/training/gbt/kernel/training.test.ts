import { expect, it } from 'vitest';
import { generatedFrame } from '../../../../test/training/generated-frame.ts';
import { Checkpoints } from '../../checkpoint.ts';
import { quietly } from '../../trainer.testsuite.ts';
import { binFeature } from '../binning.ts';
import { boost, type BoostState } from '../boost.ts';
import { slotsFor } from '../grower.ts';
import { lossOf } from '../loss-of.ts';
import { gbtParams } from '../params.ts';
import { gbt } from '../trainer.ts';
import type { Kernel, KernelSize } from './kernel.ts';
import { openKernel } from './open-kernel.ts';
import { PlainKernel } from './plain-kernel.ts';

it.each([
  ['binary-classification', { row_sample: 0.8, feature_sample: 0.7 }],
  ['regression', { loss: 'absolute' }],
  ['regression', {}],
] as const)('grows the same trees in JavaScript and in WebAssembly: %s %s', async (task, given) => {
  const frame = generatedFrame(task, 3000);
  const params = gbtParams.parse({ trees: 12, leaves: 20, ...given });
  const target = { label: frame.label, weights: null, learned: frame.rows, seed: 3 };
  const train = async (open: (size: KernelSize) => Kernel) => {
    const features = frame.features.flatMap((name) => {
      const column = frame.columns[name];
      return column?.type === 'number' ? [binFeature(column.values, 254)] : [];
    });
    const kernel = open({ rows: frame.rows, features: features.length, slots: slotsFor(params) });
    const control = quietly();
    const loss = lossOf(task, params, target, 2);
    const ensemble = await boost(target, loss, features, params, control, new Checkpoints<BoostState>('job', control), kernel);
    await kernel.close();
    return ensemble;
  };
  const plain = await train((size) => new PlainKernel(size));
  expect(plain.trees[0]?.feature.length).toBeGreaterThan(5);
  expect(await train((size) => openKernel(size, 1))).toStrictEqual(plain);
});

it('gives equal bytes with one thread and with more', async () => {
  const frame = generatedFrame('binary-classification', 40_000);
  const job = { task: 'binary-classification', frame, params: { trees: 8, leaves: 15 }, seed: 1 } as const;
  const { onnx } = await gbt.train(job, quietly());
  for (const threads of [2, 3]) {
    expect(Buffer.from((await gbt.train({ ...job, threads }, quietly())).onnx).equals(Buffer.from(onnx))).toBe(true);
  }
});
