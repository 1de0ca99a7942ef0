import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../test/training/generated-frame.ts';
import type { Frame } from '../data/dataset.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import { rescore } from '../serving/rescore.ts';
import { modelSpec } from '../spec/schema.ts';
import { calibrated, calibrateScores } from '../stats/score-calibration.ts';
import { gbt } from '../training/gbt/trainer.ts';
import { quietly } from '../training/trainer.testsuite.ts';
import { answersAt, metricsOf } from './answers.ts';
import { groupsOf, pick } from './slices.ts';
import { tune } from './tune.ts';

const task = 'binary-classification';
const rows = generatedFrame(task, 3000, 11);
const unseen = generatedFrame(task, 4000, 12);

/** Trees that have learned their rows by heart: far too sure of themselves. */
const overconfident = gbt.train(
  { task, frame: generatedFrame(task, 600), params: { trees: 150, leaves: 31, min_rows_in_leaf: 2 }, seed: 1 },
  quietly(),
);

const specOf = (evaluation: object) =>
  modelSpec.parse({
    model: 'm',
    task,
    owner: 'tests',
    source: { files: '*.csv' },
    contract: { label: 'label', features: { flag: { type: 'boolean' }, region: { type: 'category' } } },
    evaluation,
  });

async function scored(onnx: Uint8Array, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(onnx);
  try {
    return await scoreFrame(model, frame);
  } finally {
    await model.release();
  }
}

const eceOf = async (onnx: Uint8Array) => metricsOf(unseen.label, answersAt(await scored(onnx, unseen), 0.5))['ece'] ?? NaN;

describe('a calibration inside the graph', () => {
  it.each(['platt', 'isotonic'] as const)('makes probabilities of scores that were too sure: %s', async (calibrate) => {
    const { onnx } = await overconfident;
    const { onnx: tuned, tuning } = await tune(onnx, rows, specOf({ calibrate }));
    expect(tuning).toEqual({ rows: 3000, calibrate, thresholds: null });
    expect(await eceOf(onnx)).toBeGreaterThan(0.08);
    expect(await eceOf(tuned)).toBeLessThan(0.03);
  });

  it('is the curve that was learned, at every point of it, in between and beyond', async () => {
    const { onnx } = await overconfident;
    const before = await scored(onnx, rows);
    const curve = calibrateScores(before, rows.label);
    const { onnx: tuned } = await tune(onnx, rows, specOf({ calibrate: 'isotonic' }));
    for (const frame of [rows, unseen]) {
      const [raw, after] = [await scored(onnx, frame), await scored(tuned, frame)];
      const end = 1 / 3002;
      raw.forEach((score, row) => {
        const expected = Math.max(end, Math.min(1 - end, calibrated(curve, score)));
        expect(Math.abs((after[row] ?? NaN) - expected)).toBeLessThan(1e-4);
      });
    }
  });

  it('does not change the order of scores, nor what a model takes', async () => {
    const { onnx } = await overconfident;
    const { onnx: tuned } = await tune(onnx, rows, specOf({ calibrate: 'platt' }));
    const [before, after] = [await scored(onnx, unseen), await scored(tuned, unseen)];
    const order = Array.from(before.keys()).toSorted((a, b) => (before[a] ?? 0) - (before[b] ?? 0));
    for (const [i, row] of order.entries()) {
      if (i > 0) expect((after[row] ?? NaN) - (after[order[i - 1] ?? 0] ?? NaN)).toBeGreaterThan(-1e-6);
    }
    const [plain, curved] = [await OnnxModel.open(onnx), await OnnxModel.open(tuned)];
    expect(curved.signature).toEqual(plain.signature);
    await Promise.all([plain.release(), curved.release()]);
  });
});

describe('thresholds of groups inside the graph', () => {
  const ratesOf = async (onnx: Uint8Array, frame: Frame, column: string) => {
    const scores = await scored(onnx, frame);
    return groupsOf(column, frame).map(({ rows: group }) => {
      const [label, score] = [pick(frame.label, group), pick(scores, group)];
      const positive = Array.from(label.keys()).filter((row) => label[row] === 1);
      return positive.filter((row) => (score[row] ?? 0) >= 0.5).length / positive.length;
    });
  };
  const gap = (rates: readonly number[]) => Math.max(...rates) - Math.min(...rates);

  it.each([
    ['region', 0.05],
    ['flag', 0],
  ])('give every group of %s the same true-positive rate on the rows they were learned on', async (column, before) => {
    const { onnx } = await overconfident;
    const spec = specOf({ calibrate: 'platt', fairness: { groups: [column], thresholds: column } });
    const { onnx: tuned, tuning } = await tune(onnx, rows, spec);
    expect(tuning.thresholds?.column).toBe(column);
    const judged = groupsOf(column, rows).filter(
      ({ name }) => !(tuning.thresholds?.left ?? []).some((left) => name.endsWith(` is ${left}`)),
    );
    const names = new Set(judged.map(({ name }) => name));
    const rates = (await ratesOf(tuned, rows, column)).filter((_, i) => names.has(groupsOf(column, rows)[i]?.name ?? ''));
    expect(rates.length).toBeGreaterThan(1);
    expect(gap(rates)).toBeLessThan(0.01);
    const unequal = await ratesOf(onnx, rows, column);
    expect(gap(unequal)).toBeGreaterThan(before);
  });

  it('answer through the gateway’s own code what the evaluation says, for known, unknown and missing values', async () => {
    const { onnx } = await overconfident;
    const spec = specOf({ calibrate: 'isotonic', fairness: { groups: ['region'], thresholds: 'region' } });
    const { onnx: tuned, tuning } = await tune(onnx, rows, spec);
    const some = generatedFrame(task, 500, 13);
    const [evaluated, served] = [await scored(tuned, some), await rescore(tuned, some)];
    expect(served).toEqual(evaluated);
    // The score is at 1/2 exactly where the calibrated one is at the group's threshold.
    const { onnx: curved } = await tune(onnx, rows, specOf({ calibrate: 'isotonic' }));
    const region = some.columns['region'];
    if (region?.type !== 'category' || tuning.thresholds === null) throw new Error('region is a category with thresholds');
    const { byValue, otherwise } = tuning.thresholds;
    const probabilities = await scored(curved, some);
    for (const [row, p] of probabilities.entries()) {
      const threshold = byValue[region.levels[region.codes[row] ?? -1] ?? ''] ?? otherwise;
      if (Math.abs(p - threshold) > 1e-5) expect((served[row] ?? NaN) >= 0.5, `row ${row}`).toBe(p >= threshold);
    }
  });
});
