import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import type { Frame } from '../../data/dataset.ts';
import type { Task } from '../../onnx/signature.ts';
import { quietly } from '../trainer.testsuite.ts';
import { EarlyStopping } from './early-stopping.ts';
import type { Loss } from './loss.ts';
import { gbt } from './trainer.ts';

describe('the end of boosting', () => {
  const watch = (losses: readonly number[], patience: number) => {
    let round = 0;
    const stopping = new EarlyStopping({ mean: () => losses[round++] } as unknown as Loss, 5, 9, patience);
    const ends = losses.findIndex(() => {
      stopping.look([]);
      return stopping.isOver;
    });
    return { ends: ends + 1, best: stopping.bestRound };
  };

  it('comes when the loss has not been smaller for so many rounds, and the smallest is kept', () => {
    expect(watch([5, 4, 3, 3.5, 2, 2.5, 2.5, 2.5, 1], 3)).toEqual({ ends: 8, best: 5 });
    expect(watch([5, 4, 4, 4, 4], 2)).toEqual({ ends: 4, best: 2 });
    expect(watch([1, 2], 1)).toEqual({ ends: 2, best: 1 });
  });

  it('does not come while it falls', () => {
    expect(watch([5, 4, 3, 2, 1], 1)).toEqual({ ends: 0, best: 5 });
  });
});

describe('early stopping', () => {
  const params = { trees: 300, leaves: 16, learning_rate: 0.3, early_stopping: { rounds: 10, share: 0.25 } };
  const trees = async (frame: Frame, task: Task, more: object = {}) => {
    let done = 0;
    const control = quietly({ onProgress: ({ phase, done: rounds }) => void (done = phase === 'trees' ? rounds : 0) });
    const trained = await gbt.train({ task, frame, params: { ...params, ...more }, seed: 1 }, control);
    return { done, kept: trained.params['trees_kept'] as number, trained };
  };

  it.each(['binary-classification', 'multiclass-classification', 'regression'] as const)(
    'keeps the trees up to the smallest loss, and says how many: %s',
    async (task) => {
      const { done, kept, trained } = await trees(generatedFrame(task, 800), task);
      expect(kept).toBeGreaterThan(0);
      expect(done).toBe(kept + 10);
      expect(trained.params).toMatchObject(params);
      expect(trained.because).toBe(
        `Kept ${kept} trees of 300 allowed: the loss on the newest 200 rows, held back for this, was smallest there.`,
      );
    },
  );

  it('gives the bytes of an uninterrupted training from any checkpoint', async () => {
    const job = { task: 'regression', frame: generatedFrame('regression', 400), params, seed: 1 } as const;
    const checkpoints: Uint8Array[] = [];
    const control = quietly({ checkpointEveryMs: 0, onCheckpoint: (bytes) => void checkpoints.push(bytes.slice()) });
    const whole = await gbt.train(job, control);
    for (const checkpoint of [checkpoints[3], checkpoints.at(-1)]) {
      const resumed = await gbt.train(job, quietly({ checkpoint: checkpoint as Uint8Array }));
      expect(Buffer.from(resumed.onnx).equals(Buffer.from(whole.onnx))).toBe(true);
      expect(resumed.params).toEqual(whole.params);
    }
  });

  it('learns nothing from the labels of the rows that are held back', async () => {
    const frame = generatedFrame('regression', 400);
    const other = { ...frame, label: frame.label.map((y, row) => (row < 300 ? y : y + 1)) };
    // One tree is all that there is to keep.
    const [first, second] = [await trees(frame, 'regression', { trees: 1 }), await trees(other, 'regression', { trees: 1 })];
    expect(Buffer.from(second.trained.onnx).equals(Buffer.from(first.trained.onnx))).toBe(true);
  });

  it('does not put rows of one moment on both sides, and needs rows on each', async () => {
    const frame = generatedFrame('regression', 400);
    const moments = Float64Array.from({ length: 400 }, (_, row) => Math.floor(row / 160));
    const { trained } = await trees({ ...frame, timestamp: moments }, 'regression');
    expect(trained.because).toContain('the newest 240 rows');
    await expect(trees({ ...frame, timestamp: new Float64Array(400) }, 'regression')).rejects.toMatchObject({
      code: 'PAWL_TRAINING_IMPOSSIBLE',
      message: 'early_stopping holds the newest 25% of 400 rows back, which leaves 0 to learn from.',
    });
  });

  it('refuses where the rows before those held back are of one class', async () => {
    const frame = generatedFrame('binary-classification', 400);
    const late = { ...frame, label: frame.label.map((y, row) => (row < 300 ? 0 : y)) };
    await expect(trees(late, 'binary-classification')).rejects.toMatchObject({
      code: 'PAWL_TRAINING_IMPOSSIBLE',
      message: 'All 300 rows have the label no; there is nothing to tell apart.',
    });
  });
});
