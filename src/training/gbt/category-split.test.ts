import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { computeMetrics } from '../../evaluation/metrics.ts';
import { Random } from '../random.ts';
import { quietly } from '../trainer.testsuite.ts';
import { PlainKernel } from './kernel/plain-kernel.ts';
import { fillSides, type Split } from './split.ts';
import { gbt } from './trainer.ts';

/** A level: its rows, and the gradient of each of them. */
interface Level {
  readonly rows: number;
  readonly gradient: number;
}

/** The best split of a category with these levels, the last one that of missing values. */
function split(levels: readonly Level[], changes: { smoothing?: number; categoryL2?: number } = {}): Split | null {
  const rows = levels.reduce((sum, level) => sum + level.rows, 0);
  const kernel = new PlainKernel({ rows, features: 1, slots: 1 });
  kernel.columns[0]?.bins.set(levels.flatMap((level, bin) => new Array<number>(level.rows).fill(bin)));
  const { smoothing = 1, categoryL2 = 0 } = changes;
  const limits = { l2: 0, rows: 1, hessian: 1e-3, monotone: new Int8Array(1), categories: Uint8Array.of(1) };
  kernel.open([levels.length - 1], { ...limits, categoryL2, categorySmoothing: smoothing });
  kernel.order.set(Int32Array.from({ length: rows }, (_, row) => row));
  kernel.derivatives.gradient.set(levels.flatMap((level) => new Array<number>(level.rows).fill(level.gradient)));
  kernel.derivatives.hessian.fill(1);
  const sums = kernel.startTree(rows, rows, [0], 0);
  return kernel.best(0, sums, { lower: -Infinity, upper: Infinity });
}

/** What the best of all sets of these levels gains. */
function bestByHand(levels: readonly Level[]): number {
  const score = (some: readonly Level[]) => {
    const rows = some.reduce((sum, level) => sum + level.rows, 0);
    return rows === 0 ? 0 : some.reduce((sum, level) => sum + level.rows * level.gradient, 0) ** 2 / rows;
  };
  let best = 0;
  for (let set = 0; set < 2 ** levels.length; set++) {
    const isIn = (_: Level, i: number) => ((set >> i) & 1) === 1;
    const [left, right] = [levels.filter(isIn), levels.filter((level, i) => !isIn(level, i))];
    best = Math.max(best, score(left) + score(right) - score(levels));
  }
  return best;
}

const gradient = fc.integer({ min: -9, max: 9 });

describe('the split of a category', () => {
  it('is the best of all sets of its levels, where each has rows enough', () =>
    fc.assert(
      fc.property(fc.array(gradient, { minLength: 6, maxLength: 9 }), (gradients) => {
        const levels = gradients.map((gradient) => ({ rows: 100, gradient }));
        expect(split(levels)?.gain ?? 0).toBeCloseTo(bestByHand(levels), 6);
      }),
    ));

  it('says truly which levels it sends left', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ rows: fc.integer({ min: 0, max: 150 }), gradient }), { minLength: 2, maxLength: 12 }),
        (levels) => {
          const found = split(levels, { smoothing: 10, categoryL2: 10 });
          if (found === null) return;
          const goesLeft = new Uint8Array(256);
          fillSides(goesLeft, found, levels.length - 1);
          const left = levels.filter((_, bin) => goesLeft[bin] === 1);
          expect(found.left.rows).toBe(left.reduce((sum, { rows }) => sum + rows, 0));
          expect(found.left.gradient).toBe(left.reduce((sum, { rows, gradient }) => sum + rows * gradient, 0));
        },
      ),
    ));

  it('tries each level of a few alone, whatever its rows', () => {
    const levels = [5, -2, 0].map((gradient, i) => ({ rows: i + 1, gradient }));
    expect(split([...levels, { rows: 0, gradient: 0 }], { smoothing: 10 })?.bins).toEqual([0]);
  });

  it('does not listen to levels of few rows, which go with the rest', () => {
    const levels = [3, 3, -3, -3, 0].map((gradient) => ({ rows: 100, gradient }));
    const found = split([...levels, { rows: 9, gradient: 99 }, { rows: 0, gradient: 0 }], { smoothing: 10 });
    expect(found?.bins).not.toContain(5);
  });

  it('sends missing values where they gain, and where it has seen none to the side of more rows', () => {
    const levels = [4, 4, 4, -4, -4].map((gradient) => ({ rows: 100, gradient }));
    for (const gradient of [4, -4]) {
      const found = split([...levels, { rows: 100, gradient }]);
      expect(found?.missingLeft).toBe((found?.left.gradient ?? 0) > 0 === gradient > 0);
    }
    const found = split([...levels, { rows: 0, gradient: 0 }]);
    expect(found?.missingLeft).toBe((found?.left.rows ?? 0) > 250);
  });
});

/** Whether a row's level is one of the odd ones says yes above a number, and no below it: no order of the levels helps everywhere. */
function turned(rows: number, seed: number, levels: number): Frame {
  const random = new Random(seed);
  const codes = Int32Array.from({ length: rows }, () => random.below(levels + 1) - 1);
  const x = Float32Array.from({ length: rows }, () => random.next() - 0.5);
  return {
    rows,
    features: ['x', 'level'],
    columns: {
      x: { type: 'number', values: x },
      level: { type: 'category', codes, levels: Array.from({ length: levels }, (_, i) => `level ${i}`) },
    },
    label: Float64Array.from(codes, (code, row) => Number((Math.abs(code) % 2 === 1) === (x[row] as number) > 0)),
    classes: ['no', 'yes'],
    timestamp: null,
  };
}

describe('trees on categories', () => {
  it.each([3, 12, 40])('find sets anew in each node, of %i levels and missing ones', async (levels) => {
    const params = { trees: 12, leaves: 8, category_l2: 0, min_rows_in_leaf: 5 };
    const train = turned(6000, 1, levels);
    const job = { task: 'binary-classification', frame: train, params, seed: 1 } as const;
    const model = await OnnxModel.open((await gbt.train(job, quietly())).onnx);
    const test = turned(2000, 2, levels);
    const scores = Float64Array.from(await scoreFrame(model, test));
    await model.release();
    expect(computeMetrics('binary-classification', test.label, scores, 0.5)['auc']).toBeGreaterThan(0.99);
  });
});
