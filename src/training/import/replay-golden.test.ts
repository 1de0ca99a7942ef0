import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/serving/small-model.ts';
import { threeClassesModel } from '../../../test/serving/three-classes-model.ts';
import { OnnxModel } from '../../onnx/model.ts';
import type { GoldenFile } from './golden-file.ts';
import { replayGolden } from './replay-golden.ts';

const golden = (rows: GoldenFile['rows'], scores: GoldenFile['scores']): GoldenFile => ({ file: 'golden.json', rows, scores });
const problems = async (onnx: Uint8Array, file: GoldenFile): Promise<{ subject?: string; message: string; hint?: string }[]> => {
  const failure = await replayGolden(onnx, file).then(
    () => null,
    (error: unknown) => error as { code: string; problems: { subject?: string; message: string }[] },
  );
  expect(failure?.code).toBe('PAWL_IMPORT_REFUSED');
  return failure?.problems ?? [];
};

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** What `smallModel` gives, in float64. */
const score = (price: number, region: string | null) =>
  sigmoid(10 * (price - 0.5 + (region === 'NSW' ? 0.01 : region === 'VIC' ? -0.01 : 0)));

describe('golden rows of an import', () => {
  const rows = Array.from({ length: 2500 }, (_, i) => ({
    region: ['NSW', 'VIC', 'WA', null][i % 4] ?? null,
    price: (i % 97) / 97,
  }));

  it('are scored as a gateway scores them, columns in any order, and held to the scores of the file', async () => {
    const kept = await replayGolden(
      smallModel(),
      golden(
        rows,
        rows.map(({ price, region }) => score(price, region)),
      ),
    );
    expect(kept).toMatchObject({ file: 'golden.json', rows: 2500 });
    expect(kept.greatest_difference).toBeLessThan(1e-6);
    const missing = await replayGolden(smallModel(), golden([{ price: null, region: null }], [0.5]));
    expect(missing.greatest_difference).toBe(0);
  });

  it('refuse a graph that scores one of them otherwise, by row and by how much', async () => {
    const scores = rows.map(({ price, region }, i) => score(price, region) + (i === 1234 ? 2e-5 : i === 7 ? 1.2e-5 : 0));
    const found = await problems(smallModel(), golden(rows, scores));
    expect(found).toHaveLength(1);
    expect(found[0]?.subject).toBe('rows.1234');
    expect(found[0]?.message).toMatch(
      /^row 1234 of the file, counted from 0, scores 0\.\d+ by the graph and 0\.\d+ by the file$/,
    );
    expect(await problems(smallModel({ notANumberAbove: 0.9 }), golden([{ price: 0.95, region: null }], [1]))).toHaveLength(1);
  });

  it('are of the columns and the kind of scores of the model, else each mistake is told with its row', async () => {
    const found = await problems(
      smallModel(),
      golden([{ price: 1 }, { price: '1', region: null }, { price: 1, region: 'NSW', area: 3 }], [0.5, 0.5, [0.5, 0.5]]),
    );
    expect(found.map(({ subject }) => subject)).toEqual(['rows.0', 'rows.1', 'rows.2', 'scores.2']);
    expect(found.map(({ message }) => message)).toEqual([
      'rows.0: Column region is missing.',
      'rows.1: Column price takes a number; this is the text "1".',
      'rows.2: Column area is unknown to the model.',
      'scores.2 is not a number',
    ]);
  });

  it('have a list of probabilities for each row of three classes, in the order of the classes', async () => {
    const three = [{ price: 0 }, { price: 0.4 }, { price: 1 }];
    const model = await OnnxModel.open(threeClassesModel());
    const all = await model.runRows(three.map(({ price }) => [price]));
    await model.release();
    const lists = three.map((_, i) => [...all.subarray(i * 3, i * 3 + 3)]);
    expect(await replayGolden(threeClassesModel(), golden(three, lists))).toMatchObject({ rows: 3, greatest_difference: 0 });
    const turned = lists.map(([a = 0, b = 0, c = 0]) => [b, c, a]);
    expect((await problems(threeClassesModel(), golden(three, turned)))[0]?.message).toMatch(/^row \d of the file/);
    const one = await problems(threeClassesModel(), golden(three, [lists[0] ?? [], 0.5, [0.5, 0.5]]));
    expect(one.map(({ message }) => message)).toEqual(['scores.1 is not a list of 3', 'scores.2 is not a list of 3']);
    expect(one[0]?.hint).toBe('a list for each row, one for each of high, low, mid');
  });
});
