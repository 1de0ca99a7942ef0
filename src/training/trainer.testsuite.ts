import { describe, expect, it } from 'vitest';
import { generatedFrame, withColumns } from '../../test/training/generated-frame.ts';
import { pickRows } from '../data/pick-rows.ts';
import type { Frame } from '../data/dataset.ts';
import { computeMetrics } from '../evaluation/metrics.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import type { Task } from '../onnx/signature.ts';
import type { TrainedModel, Trainer, TrainingControl, TrainingJob, TrainingProgress } from './trainer.ts';

/** A control that takes everything and wants nothing, but for what a test says. */
export function quietly(changes: Partial<TrainingControl> = {}): TrainingControl {
  return { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined, ...changes };
}

async function scores(trained: TrainedModel, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(trained.onnx);
  try {
    return await scoreFrame(model, frame);
  } finally {
    await model.release();
  }
}

/** The share of rows whose own class has the greatest score. */
function shareRight(label: Float64Array, scored: Float32Array, classes: number): number {
  const right = label.filter((y, row) => {
    const own = scored.subarray(row * classes, (row + 1) * classes);
    return own[y] === Math.max(...own);
  });
  return right.length / label.length;
}

/** What every trainer keeps. @param params that make a training of several units of work, quick */
export function describeTrainer(trainer: Trainer, params: Readonly<Record<string, unknown>>): void {
  const jobOf = (task: Task, changes: Partial<TrainingJob> = {}): TrainingJob => ({
    task,
    frame: generatedFrame(task, 800),
    params,
    seed: 3,
    ...changes,
  });
  const train = (task: Task, changes: Partial<TrainingJob> = {}, control: Partial<TrainingControl> = {}) =>
    trainer.train(jobOf(task, changes), quietly(control));

  const { tasks } = trainer;
  describe(`the trainer ${trainer.name}`, () => {
    it.each(tasks)('learns what there is to learn: %s', async (task) => {
      const trained = await train(task);
      const unseen = generatedFrame(task, 2000, 99);
      const scored = await scores(trained, unseen);
      if (task === 'multiclass-classification') {
        // Most rows of each class are told from those of the others.
        expect(shareRight(unseen.label, scored, 3)).toBeGreaterThan(0.75);
        return;
      }
      const metrics = computeMetrics(task, unseen.label, scored, 0.5);
      if (task === 'regression') expect(metrics['r2']).toBeGreaterThan(0.9);
      else {
        expect(metrics['auc']).toBeGreaterThan(0.88);
        expect(metrics['ece']).toBeLessThan(0.1);
      }
    });

    it.each(tasks)('gives equal bytes for equal jobs: %s', async (task) => {
      const [first, second] = [await train(task), await train(task)];
      expect(Buffer.from(first.onnx).equals(Buffer.from(second.onnx))).toBe(true);
      expect(first.importances).toEqual(second.importances);
    });

    it.each(tasks)('goes on from any checkpoint to the bytes of an uninterrupted training: %s', async (task) => {
      const checkpoints: Uint8Array[] = [];
      const whole = await train(
        task,
        {},
        { checkpointEveryMs: 0, onCheckpoint: (bytes) => void checkpoints.push(bytes.slice()) },
      );
      expect(checkpoints.length).toBeGreaterThan(0);
      // The first, the last and some between.
      const every = Math.ceil(checkpoints.length / 8);
      for (const checkpoint of checkpoints.filter((_, i) => i % every === 0 || i === checkpoints.length - 1)) {
        const done: number[] = [];
        const resumed = await train(task, {}, { checkpoint, onProgress: (progress) => void done.push(progress.done) });
        expect(Buffer.from(resumed.onnx).equals(Buffer.from(whole.onnx))).toBe(true);
        expect(resumed.importances).toEqual(whole.importances);
      }
    });

    it('does not do again what a checkpoint holds', async () => {
      const units = async (control: Partial<TrainingControl>) => {
        const seen: TrainingProgress[] = [];
        await train('binary-classification', {}, { ...control, onProgress: (progress) => void seen.push(progress) });
        const last = seen.at(-1)?.phase;
        return seen.filter(({ phase }) => phase === last).map(({ done }) => done);
      };
      const saved: { bytes: Uint8Array; done: number }[] = [];
      const all = await units({
        checkpointEveryMs: 0,
        onCheckpoint: (bytes, { done }) => void saved.push({ bytes: bytes.slice(), done }),
      });
      const second = saved[1];
      expect(all.slice(0, 3)).toEqual([1, 2, 3]);
      expect(second?.done).toBe(2);
      if (second !== undefined) expect(await units({ checkpoint: second.bytes })).toEqual(all.slice(2));
    });

    it('does not save more often than it is asked to', async () => {
      let saved = 0;
      await train('binary-classification', {}, { checkpointEveryMs: 3_600_000, onCheckpoint: () => void saved++ });
      expect(saved).toBe(0);
    });

    it('refuses a checkpoint that is damaged, or of other rows, parameters or seed', async () => {
      let checkpoint = new Uint8Array();
      await train(
        'binary-classification',
        {},
        { checkpointEveryMs: 0, onCheckpoint: (bytes) => void (checkpoint = bytes.slice()) },
      );
      const others: Partial<TrainingJob>[] = [
        { frame: generatedFrame('binary-classification', 800, 2) },
        { params: { ...params, l2: 17 } },
        { seed: 4 },
      ];
      for (const other of others) {
        await expect(train('binary-classification', other, { checkpoint })).rejects.toMatchObject({
          code: 'PAWL_CHECKPOINT_REFUSED',
        });
      }
      for (const damaged of [checkpoint.slice(0, -20), Buffer.from('null'), Buffer.from('{"format":2}')]) {
        await expect(train('binary-classification', {}, { checkpoint: damaged })).rejects.toMatchObject({
          code: 'PAWL_CHECKPOINT_REFUSED',
        });
      }
    });

    it('stops with the reason of the signal, before it begins and in the middle', async () => {
      const reason = new Error('the activity was cancelled');
      await expect(train('binary-classification', {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const aborter = new AbortController();
      let afterwards = 0;
      const control: Partial<TrainingControl> = {
        signal: aborter.signal,
        onProgress: ({ done }) => {
          if (aborter.signal.aborted) afterwards++;
          if (done === 2) aborter.abort(reason);
        },
      };
      await expect(train('binary-classification', {}, control)).rejects.toBe(reason);
      expect(afterwards).toBe(0);
    });

    it('lets others have their turn between two units of work', async () => {
      let turns = 0;
      let running = true;
      const take = () => {
        turns++;
        if (running) setImmediate(take);
      };
      setImmediate(take);
      const at: number[] = [];
      await train('binary-classification', {}, { onProgress: () => void at.push(turns) });
      running = false;
      expect(new Set(at).size).toBe(at.length);
    });

    it.each(tasks)('scores missing values, unseen levels and single rows as the graph it is: %s', async (task) => {
      const trained = await train(task);
      const frame = pickRows(generatedFrame(task, 50, 8), [...Array(50).keys()]);
      const together = await scores(trained, frame);
      const alone = await Promise.all(
        [...Array(50).keys()].map(async (row) => [...(await scores(trained, pickRows(frame, [row])))]),
      );
      expect(alone.flat()).toEqual([...together]);

      const nothing = withColumns(frame, {
        ...Object.fromEntries(
          ['signal', 'noise', 'constant', 'absent', 'flag'].map((name) => [
            name,
            { type: 'number' as const, values: new Float32Array(50).fill(NaN) },
          ]),
        ),
        region: { type: 'category', codes: new Int32Array(50).fill(-1), levels: [] },
      });
      const blank = await scores(trained, nothing);
      expect(blank.every(Number.isFinite)).toBe(true);
      expect(new Set(blank).size).toBe(together.length / 50);

      const never = withColumns(frame, { region: { type: 'category', codes: new Int32Array(50), levels: ['never'] } });
      const abroad = withColumns(frame, { region: { type: 'category', codes: new Int32Array(50), levels: ['Übersee 🌏'] } });
      expect(await scores(trained, abroad)).toEqual(await scores(trained, never));
      expect(await scores(trained, pickRows(frame, []))).toHaveLength(0);
    });

    it('takes the empty text for a missing category', async () => {
      const frame = generatedFrame('binary-classification', 800);
      const region = frame.columns['region'];
      if (region?.type !== 'category') throw new Error('region is a category');
      const named = withColumns(frame, {
        region: { type: 'category', codes: region.codes.map((code) => (code < 0 ? 5 : code)), levels: [...region.levels, ''] },
      });
      const [coded, empty] = [
        await train('binary-classification', { frame }),
        await train('binary-classification', { frame: named }),
      ];
      expect(Buffer.from(coded.onnx).equals(Buffer.from(empty.onnx))).toBe(true);
    });

    it('shares importance out among the features, most of it to the one that matters', async () => {
      const { importances } = await train('regression');
      expect(Object.keys(importances)).toEqual(['signal', 'noise', 'constant', 'absent', 'flag', 'region']);
      expect(Object.values(importances).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(importances['signal']).toBeGreaterThan(0.5);
      expect(importances['constant']).toBe(0);
    });

    it('learns where all columns but one say nothing', async () => {
      const frame = withColumns(generatedFrame('binary-classification', 400), {
        noise: { type: 'number', values: new Float32Array(400).fill(1) },
        flag: { type: 'number', values: new Float32Array(400).fill(NaN), boolean: true },
        region: { type: 'category', codes: new Int32Array(400).fill(-1), levels: [] },
      });
      const trained = await train('binary-classification', { frame });
      expect(Object.values(trained.importances)).toEqual([1, 0, 0, 0, 0, 0]);
    });

    it('takes features that have the names of parts of the graph', async () => {
      const { rows, label, classes, timestamp, columns } = generatedFrame('binary-classification', 300);
      const { signal, region } = columns;
      if (signal === undefined || region === undefined) throw new Error('the frame has both');
      const frame: Frame = {
        rows,
        label,
        classes,
        timestamp,
        features: ['score', 'pawl:Concat:1'],
        columns: { score: signal, 'pawl:Concat:1': region },
      };
      const metrics = computeMetrics(
        'binary-classification',
        label,
        await scores(await train('binary-classification', { frame }), frame),
        0.5,
      );
      expect(metrics['auc']).toBeGreaterThan(0.85);
    });

    it('names every mistake in its parameters', () => {
      expect(() => trainer.checkParams(params)).not.toThrow();
      expect(() => trainer.checkParams({})).not.toThrow();
      const mistaken = { l2: -1, l22: 0, zzzzzzzz: 1 };
      expect(() => trainer.checkParams(mistaken)).toThrow(
        expect.objectContaining({
          code: 'PAWL_TRAINING_PARAMS_INVALID',
          problems: [
            expect.objectContaining({ subject: 'l2' }),
            expect.objectContaining({ subject: 'l22', hint: 'did you mean l2?' }),
            expect.objectContaining({ subject: 'zzzzzzzz', hint: expect.stringContaining('l2') }),
          ],
        }),
      );
    });

    it('says which parameters it used, defaults filled in', async () => {
      const trained = await train('binary-classification');
      expect(trained.params).toMatchObject(params);
      expect(Object.keys(trained.params).length).toBeGreaterThan(Object.keys(params).length);
    });

    it('refuses what nothing can be learned from', async () => {
      const frame = generatedFrame('binary-classification', 50);
      const nothing = new Float32Array(50).fill(NaN);
      const impossible: Frame[] = [
        pickRows(frame, []),
        pickRows(frame, [0]),
        { ...frame, features: ['constant', 'absent'] },
        { ...frame, features: ['signal'], columns: { signal: { type: 'number', values: nothing } } },
        { ...frame, label: new Float64Array(50) },
        { ...frame, label: new Float64Array(50).fill(NaN) },
        withColumns(frame, { noise: { type: 'number', values: new Float32Array(50).fill(Infinity) } }),
      ];
      for (const frame of impossible) {
        await expect(train('binary-classification', { frame })).rejects.toMatchObject({ code: 'PAWL_TRAINING_IMPOSSIBLE' });
      }
      const still = { ...generatedFrame('regression', 50), label: new Float64Array(50).fill(7) };
      await expect(train('regression', { frame: still })).rejects.toMatchObject({ code: 'PAWL_TRAINING_IMPOSSIBLE' });
      for (const weights of [new Float64Array(50), new Float64Array(50).fill(-1), frame.label, frame.label.map((y) => y / 0)]) {
        await expect(train('binary-classification', { frame, weights })).rejects.toMatchObject({
          code: 'PAWL_TRAINING_IMPOSSIBLE',
        });
      }
    });
  });
}
