import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { describeTrainer, quietly } from '../trainer.testsuite.ts';
import { gbt } from './trainer.ts';

describe('without sampling', () => {
  describeTrainer(gbt, { trees: 30, leaves: 8, learning_rate: 0.2 });
});

describe('with samples of rows and features', () => {
  describeTrainer(gbt, { trees: 30, leaves: 8, learning_rate: 0.2, row_sample: 0.6, feature_sample: 0.7 });
});

describe('samples', () => {
  it('are others with another seed', async () => {
    const job = { task: 'regression', frame: generatedFrame('regression', 300), params: { trees: 5, row_sample: 0.5 } } as const;
    const [first, second] = [await gbt.train({ ...job, seed: 1 }, quietly()), await gbt.train({ ...job, seed: 2 }, quietly())];
    expect(Buffer.from(first.onnx).equals(Buffer.from(second.onnx))).toBe(false);
  });
});
