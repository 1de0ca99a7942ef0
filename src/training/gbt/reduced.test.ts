import { expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { computeMetrics } from '../../evaluation/metrics.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { quietly } from '../trainer.testsuite.ts';
import { reduced } from './reduced.ts';
import { gbt } from './trainer.ts';

it('a share of the trees has so much more weight, as far as a weight goes', () => {
  expect(reduced({}, 1 / 9)).toEqual({ params: { trees: 22, learning_rate: 0.9091 }, resource: '22 trees' });
  expect(reduced({ trees: 900, learning_rate: 0.05 }, 1 / 9)).toMatchObject({ params: { trees: 100, learning_rate: 0.45 } });
  expect(reduced({ trees: 900, learning_rate: 0.3 }, 1 / 9)).toMatchObject({ params: { trees: 100, learning_rate: 1 } });
  expect(reduced({ trees: 5, learning_rate: 0.1 }, 0.01)).toEqual({
    params: { trees: 1, learning_rate: 0.5 },
    resource: '1 tree',
  });
});

it('all of the trees are the training itself', () => {
  expect(reduced({ trees: 70, learning_rate: 0.123456 }, 1).params).toEqual({ trees: 70, learning_rate: 0.123456 });
});

it('comes to nearly what the whole training comes to, where as many trees of the same weight do not', async () => {
  const frame = generatedFrame('regression', 1000);
  const unseen = generatedFrame('regression', 1000, 99);
  const rmse = async (params: Readonly<Record<string, unknown>>) => {
    const { onnx } = await gbt.train({ task: 'regression', frame, params, seed: 1 }, quietly());
    const model = await OnnxModel.open(onnx);
    try {
      return computeMetrics('regression', unseen.label, await scoreFrame(model, unseen), 0)['rmse'] ?? NaN;
    } finally {
      await model.release();
    }
  };
  const params = { trees: 160, leaves: 8, learning_rate: 0.02 };
  const whole = await rmse(params);
  expect(Math.abs((await rmse({ ...params, ...reduced(params, 1 / 8).params })) - whole)).toBeLessThan(whole / 2);
  expect(await rmse({ ...params, trees: 20 })).toBeGreaterThan(4 * whole);
});
