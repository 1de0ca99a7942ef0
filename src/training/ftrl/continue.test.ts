import { describe, expect, it } from 'vitest';
import { generatedFrame, withColumns } from '../../../test/training/generated-frame.ts';
import { pickRows } from '../../data/pick-rows.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { logistic } from '../logistic/trainer.ts';
import { quietly } from '../trainer.testsuite.ts';
import type { TrainedModel } from '../trainer.ts';
import { continuation } from './prior.ts';
import { ftrl } from './trainer.ts';
import { signatureOf } from '../signature-of.ts';
import { ftrlParams } from './params.ts';

const task = 'binary-classification';
const hour = 3_600_000;
/** An hour between rows. */
const whole: Frame = { ...generatedFrame(task, 1200), timestamp: Float64Array.from({ length: 1200 }, (_, row) => row * hour) };

function until(frame: Frame, rows: number): Frame {
  const first = pickRows(
    frame,
    Array.from({ length: rows }, (_, row) => row),
  );
  return { ...first, timestamp: frame.timestamp?.slice(0, rows) ?? null };
}

function train(frame: Frame, prior?: TrainedModel, params: Record<string, unknown> = {}, weights?: Float64Array) {
  return ftrl.train(
    {
      task,
      frame,
      params,
      seed: 1,
      ...(prior === undefined ? {} : { prior: { version: 3, onnx: prior.onnx } }),
      ...(weights === undefined ? {} : { weights }),
    },
    quietly(),
  );
}

/** What the artifact holds after all of it was learned. */
function stateOf({ onnx }: TrainedModel, frame = whole) {
  const { state } = continuation({ version: 1, onnx }, signatureOf(task, frame), ftrlParams.parse({}), frame);
  if (state === null) throw new Error('The artifact has no state of these columns.');
  return state;
}

async function scores({ onnx }: TrainedModel, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(onnx);
  const found = await scoreFrame(model, frame);
  await model.release();
  return found;
}

const same = (a: TrainedModel, b: TrainedModel) => Buffer.from(a.onnx).equals(Buffer.from(b.onnx));

describe('ftrl goes on from the champion', () => {
  it('on new rows only, wherever the first training ended', async () => {
    const first = await train(until(whole, 500));
    const inOne = await train(whole, first);
    expect(inOne.because).toBe(
      'Went on from version 3 on 700 rows after 1970-01-21T19:00:00.000Z, the newest that it had learned.',
    );
    const between = await train(until(whole, 800), first);
    expect(same(await train(whole, between), inOne)).toBe(true);
    // Rows that it has seen may be gone by now.
    const late: Frame = {
      ...pickRows(
        whole,
        Array.from({ length: 700 }, (_, i) => 500 + i),
      ),
      timestamp: whole.timestamp?.slice(500) ?? null,
    };
    expect(same(await train(late, first), inOne)).toBe(true);
    expect(stateOf(inOne)).toMatchObject({ rows: 1200, newest: 1199 * hour });
    expect(same(inOne, await train(whole))).toBe(false);
  });

  it('with the weights of the new rows', async () => {
    const weights = Float64Array.from({ length: 1200 }, (_, row) => 1 + (row % 3));
    const first = await train(until(whole, 500), undefined, {}, weights.slice(0, 500));
    const both = await train(whole, first, {}, weights);
    const others = weights.map((weight, row) => (row < 500 ? 7 : weight));
    expect(same(await train(whole, first, {}, others), both)).toBe(true);
    expect(same(await train(whole, first), both)).toBe(false);
  });

  it('and says the same where there is no new row', async () => {
    const first = await train(whole);
    const again = await train(whole, first);
    expect(again.because).toContain(' on 0 rows after ');
    expect(await scores(again, whole)).toEqual(await scores(first, whole));
    expect(again.importances).toEqual(first.importances);
  });

  it('learns of new rows that all have one label', async () => {
    const first = await train(until(whole, 500));
    const all = { ...whole, label: whole.label.map((y, row) => (row < 500 ? y : 1)) };
    const mean = (values: Float32Array) => values.reduce((sum, score) => sum + score, 0) / values.length;
    expect(mean(await scores(await train(all, first), whole))).toBeGreaterThan(mean(await scores(first, whole)) + 0.1);
  });

  it('gives categories that it has not met a weight of their own', async () => {
    const first = await train(until(whole, 500));
    const region = whole.columns['region'];
    if (region?.type !== 'category') throw new Error('region is a category');
    const moved = withColumns(whole, {
      region: {
        type: 'category',
        levels: [...region.levels, 'abroad'],
        codes: region.codes.map((code, row) => (row >= 500 && code === 0 ? 5 : code)),
      },
    });
    const known = (trained: TrainedModel) => stateOf(trained, moved).columns.at(-1);
    expect(known(first)).toMatchObject({ of: { levels: ['coast', 'hills', 'plains', 'rare'] } });
    const later = known(await train(moved, first));
    expect(later).toMatchObject({ of: { levels: ['coast', 'hills', 'plains', 'rare', 'abroad'] } });
    // What was learned of the others, and of missing values, stays where it belongs.
    expect(later?.rows[5]).toBeGreaterThan(known(first)?.rows[4] ?? 0);
    expect(later?.z[4]).not.toBe(0);
  });

  it('refuses a checkpoint of a training that went on from another champion', async () => {
    const [first, other] = [await train(until(whole, 500)), await train(until(whole, 600))];
    let checkpoint = new Uint8Array();
    const job = { task, frame: whole, params: {}, seed: 1 } as const;
    const control = quietly({ checkpointEveryMs: 0, onCheckpoint: (bytes) => void (checkpoint = bytes.slice()) });
    const from = ({ onnx }: TrainedModel) => ({ ...job, prior: { version: 3, onnx } });
    const uninterrupted = await ftrl.train(from(first), control);
    expect(same(await ftrl.train(from(first), quietly({ checkpoint })), uninterrupted)).toBe(true);
    await expect(ftrl.train(from(other), quietly({ checkpoint }))).rejects.toMatchObject({ code: 'PAWL_CHECKPOINT_REFUSED' });
  });
});

describe('ftrl learns anew, and says why', () => {
  const anew = async (expected: string, frame: Frame, prior: TrainedModel, params = {}) => {
    const trained = await train(frame, prior, params);
    expect(trained.because).toBe(`Learned anew from all rows: ${expected}.`);
    expect(same(trained, await train(frame, undefined, params))).toBe(true);
  };

  it('where parameters changed, features, classes, or their order', async () => {
    const first = await train(until(whole, 500));
    await anew('parameters changed (l2 1 -> 2, bins 16 -> 8) since version 3', whole, first, { bins: 8, l2: 2 });
    await anew('the features changed since version 3', { ...whole, features: whole.features.slice(1) }, first);
    await anew('the features changed since version 3', { ...whole, features: whole.features.toReversed() }, first);
    await anew('the classes changed since version 3', { ...whole, classes: ['no', 'perhaps'] }, first);
  });

  it("where the champion is another trainer's, or nobody knows which rows are new", async () => {
    const other = await logistic.train({ task, frame: whole, params: {}, seed: 1 }, quietly());
    await anew('version 3 was not made by ftrl', whole, other);
    const timeless = { ...whole, timestamp: null };
    await anew('without a timestamp in the contract nobody knows which rows version 3 has seen', timeless, await train(timeless));
  });

  it('where the champion has learned rows that are held out now', async () => {
    await anew(
      'version 3 has learned rows up to 1970-01-21T19:00:00.000Z, which are held out now',
      until(whole, 400),
      await train(until(whole, 500)),
    );
  });

  it('where it is told to', async () => {
    const first = await train(until(whole, 500));
    const trained = await train(whole, first, { continue: false });
    expect(trained.because).toBeUndefined();
    expect(stateOf(trained).rows).toBe(1200);
  });
});
