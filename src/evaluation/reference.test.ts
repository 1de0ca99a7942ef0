import { describe, expect, it } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import type { Frame } from '../data/dataset.ts';
import { newestRows } from '../data/holdout.ts';
import { OnnxModel } from '../onnx/model.ts';
import { referenceOf } from './reference.ts';

const rows = 400;
const frame: Frame = {
  rows,
  features: ['unused', 'region', 'price'],
  columns: {
    unused: { type: 'number', values: new Float32Array(rows) },
    region: { type: 'category', codes: Int32Array.from({ length: rows }, (_, i) => (i % 4) - 1), levels: ['NSW', 'VIC', 'WA'] },
    price: { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => (i % 8 === 0 ? NaN : i / rows)) },
  },
  label: new Float64Array(rows),
  classes: ['0', '1'],
  timestamp: null,
};

describe("a version's reference", () => {
  it('holds the features in the order of its signature, and its own scores', async () => {
    const model = await OnnxModel.open(smallModel());
    const { rows: counted, features, score } = await referenceOf(model, newestRows(frame, 200));
    await model.release();
    expect(counted).toBe(200);
    expect(features.map(({ name, type }) => [name, type])).toEqual([
      ['price', 'number'],
      ['region', 'category'],
    ]);
    const [price, region] = features;
    expect(price?.counts.at(-1)).toBe(25);
    expect(region).toMatchObject({ values: ['NSW', 'VIC', 'WA'], counts: [50, 50, 50, 0, 50] });
    // All of these prices are above a half, where the score is; a missing one is taken for a half.
    expect(score.edges.every((edge) => edge > 0.4 && edge < 1)).toBe(true);
    expect(score.counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  });
});
