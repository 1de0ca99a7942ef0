import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { generatedFrame } from '../test/training/generated-frame.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import { gbt } from '../src/training/gbt/trainer.ts';
import { StoredCheckpoint } from './stored-checkpoint.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pawl-checkpoint-'));
const store = folderStore(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const frame = generatedFrame('binary-classification', 400);

/** Trains as an attempt does; a lost one ends after some trees, when the last of them is saved. */
async function attempt(trees: number, options: { lostAfter?: number; key?: string } = {}) {
  const checkpoint = await StoredCheckpoint.open(store, options.key ?? 'one.bin');
  const resumedFrom = checkpoint.resumedFrom;
  const lost = new AbortController();
  const model = await checkpoint.train((control) =>
    gbt.train(
      { task: 'binary-classification', frame, params: { trees, leaves: 4 }, seed: 1 },
      {
        signal: lost.signal,
        onProgress: ({ done }) => {
          if (done > (options.lostAfter ?? Infinity)) lost.abort(new Error('lost'));
        },
        checkpointEveryMs: 0,
        ...control,
      },
    ),
  );
  return { model, resumedFrom, refusal: checkpoint.refusal, sinceThen: checkpoint.resumedFrom };
}

it('goes on from what a lost attempt had saved, to the same bytes', async () => {
  await expect(attempt(30, { lostAfter: 10 })).rejects.toThrow('lost');
  const second = await attempt(30);
  expect(second.resumedFrom).toBeGreaterThanOrEqual(10);
  expect(second).toMatchObject({ sinceThen: second.resumedFrom, refusal: null });
  const whole = await attempt(30, { key: 'other.bin' });
  expect(whole.resumedFrom).toBe(0);
  expect(Buffer.from(second.model.onnx).equals(Buffer.from(whole.model.onnx))).toBe(true);
});

it('begins anew where the checkpoint is of another job, or damaged, and says so', async () => {
  await expect(attempt(30, { lostAfter: 10, key: 'stale.bin' })).rejects.toThrow('lost');
  const other = await attempt(31, { key: 'stale.bin' });
  expect(other).toMatchObject({ sinceThen: 0, refusal: expect.stringContaining('other rows, parameters, seed or trainer') });
  await store.put('damaged.bin', Buffer.from('no checkpoint of anybody'));
  expect(await attempt(5, { key: 'damaged.bin' })).toMatchObject({ sinceThen: 0, refusal: 'The checkpoint cannot be read.' });
  await store.put('short.bin', Buffer.from('abc'));
  expect(await attempt(5, { key: 'short.bin' })).toMatchObject({ sinceThen: 0, refusal: null });
});

it('lets every other failure be one', async () => {
  const checkpoint = await StoredCheckpoint.open(store, 'one.bin');
  await expect(checkpoint.train(() => Promise.reject(new Error('out of memory')))).rejects.toThrow('out of memory');
});
