import { expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import type { TrainingControl } from '../trainer.ts';
import { quietly } from '../trainer.testsuite.ts';
import { gbt } from './trainer.ts';

const params = { trees: 24, leaves: 8, learning_rate: 0.2, row_sample: 0.7, feature_sample: 0.6 };
const job = { task: 'binary-classification', frame: generatedFrame('binary-classification', 600), params, seed: 5 } as const;

async function upTo(stopAt: number, checkpoint?: Uint8Array) {
  let saved: Uint8Array | undefined;
  const done: number[] = [];
  const control: Partial<TrainingControl> = {
    stopAt,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    onCheckpoint: (bytes) => void (saved = bytes.slice()),
    onProgress: ({ phase, done: trees }) => void (phase === 'trees' && done.push(trees)),
  };
  const { onnx } = await gbt.train(job, quietly(control));
  if (saved === undefined) throw new Error('A training that stops early leaves a checkpoint.');
  return { onnx: Buffer.from(onnx), saved, done };
}

it('a training that stops early is one of so many trees, and goes on to the bytes of one that never stopped', async () => {
  const third = await upTo(8);
  const fewer = await gbt.train({ ...job, params: { ...params, trees: 8 } }, quietly());
  expect(third.onnx.equals(Buffer.from(fewer.onnx))).toBe(true);
  const two = await upTo(16, third.saved);
  expect(two.done).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
  const last = await gbt.train(job, quietly({ checkpoint: two.saved }));
  const whole = await gbt.train(job, quietly());
  expect(Buffer.from(last.onnx).equals(Buffer.from(whole.onnx))).toBe(true);
});

it('a training that has already come so far gives its model again and does nothing', async () => {
  const once = await upTo(8);
  const again = await upTo(8, once.saved);
  expect(again.done).toEqual([]);
  expect(again.onnx.equals(once.onnx)).toBe(true);
});

it('stops at its last tree at the latest', async () => {
  expect((await upTo(500)).done.at(-1)).toBe(24);
  expect(gbt.units?.(params)).toMatchObject({ count: 24, param: 'trees' });
  expect(gbt.units?.({})).toMatchObject({ count: 200 });
});
