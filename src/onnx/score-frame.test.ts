import { describe, expect, it } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import type { Frame } from '../data/dataset.ts';
import { OnnxModel } from './model.ts';
import { scoreFrame } from './score-frame.ts';

const rows = 10_000;
const frame: Frame = {
  rows,
  features: ['price', 'region'],
  columns: {
    price: { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? NaN : i / rows)) },
    region: { type: 'category', codes: Int32Array.from({ length: rows }, (_, i) => (i % 4) - 1), levels: ['NSW', 'VIC', 'TAS'] },
  },
  label: new Float64Array(rows),
  classes: ['0', '1'],
  timestamp: null,
};

async function score(rows: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(smallModel());
  try {
    return await scoreFrame(model, rows);
  } finally {
    await model.release();
  }
}

describe('scoring a frame', () => {
  it('scores every row of many batches in its place', async () => {
    const scores = await score(frame);
    expect(scores).toHaveLength(rows);
    for (const row of [0, 1, 4095, 4096, 8191, 8192, rows - 1]) {
      const price = row % 7 === 0 ? 0.5 : row / rows;
      const region = [0, 0.01, -0.01, 0][row % 4] ?? NaN;
      expect(scores[row]).toBeCloseTo(1 / (1 + Math.exp(-10 * (price - 0.5 + region))), 5);
    }
  });

  it('scores no rows to nothing', async () => {
    const empty: Frame = {
      ...frame,
      rows: 0,
      columns: {
        price: { type: 'number', values: new Float32Array() },
        region: { type: 'category', codes: new Int32Array(), levels: [] },
      },
      label: new Float64Array(),
    };
    expect(await score(empty)).toHaveLength(0);
  });

  it('refuses rows of other columns or classes, naming every one', async () => {
    const { price } = frame.columns;
    if (price === undefined) throw new Error('the frame has a price');
    const unfit: Frame = { ...frame, features: ['region'], columns: { region: price }, classes: ['1', '0'] };
    await expect(score(unfit)).rejects.toMatchObject({
      code: 'PAWL_FRAME_UNFIT',
      problems: [
        { subject: 'price', message: 'Column price is missing; the model takes a number.' },
        { subject: 'region', message: 'Column region is number; the model takes a category.' },
        { message: 'The rows have 1 and 0; the model tells apart 0 and 1.' },
      ],
    });
  });
});
