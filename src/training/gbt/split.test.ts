import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binFeature, type BinnedFeature } from './binning.ts';
import { PlainKernel } from './kernel/plain-kernel.ts';

interface Row {
  readonly a: number;
  readonly b: number;
  readonly gradient: number;
}

const value = fc.constantFrom(NaN, 0, 1, 2, 3, 4, 5);
const rowsOfTwo = fc.array(fc.record({ a: value, b: value, gradient: fc.integer({ min: -9, max: 9 }) }), {
  minLength: 2,
  maxLength: 60,
});

function split(rows: readonly Row[], changes: { l2?: number; min_rows_in_leaf?: number } = {}) {
  const features = [
    binFeature(
      Float32Array.from(rows, ({ a }) => a),
      254,
    ),
    binFeature(
      Float32Array.from(rows, ({ b }) => b),
      254,
    ),
  ];
  const kernel = new PlainKernel({ rows: rows.length, features: 2, slots: 1 });
  for (const [i, { bins }] of features.entries()) kernel.columns[i]?.bins.set(bins);
  const { l2 = 0, min_rows_in_leaf = 1 } = changes;
  kernel.open(
    features.map(({ missingBin }) => missingBin),
    {
      l2,
      rows: min_rows_in_leaf,
      hessian: 1e-3,
      monotone: new Int8Array(2),
      categories: new Uint8Array(2),
      categoryL2: 0,
      categorySmoothing: 1,
    },
  );
  kernel.order.set(Int32Array.from(rows.keys()));
  kernel.derivatives.gradient.set(rows.map((row) => row.gradient));
  kernel.derivatives.hessian.fill(1);
  const sums = kernel.startTree(rows.length, rows.length, [0, 1], 0);
  return { found: kernel.best(0, sums, { lower: -Infinity, upper: Infinity }), features };
}

/** Every split that there is, tried one by one on the rows themselves. */
function bestByHand(rows: readonly Row[], features: readonly BinnedFeature[], l2: number, minRows: number): number {
  const sumOf = (some: readonly Row[]) => some.reduce((sum, row) => sum + row.gradient, 0);
  const score = (some: readonly Row[]) => sumOf(some) ** 2 / (some.length + l2);
  let best = 0;
  for (const { bins, missingBin, thresholds } of features) {
    for (let bin = 0; bin <= thresholds.length; bin++) {
      for (const missingLeft of [false, true]) {
        const goesLeft = (row: number) => (bins[row] === missingBin ? missingLeft : (bins[row] ?? 0) <= bin);
        const left = rows.filter((_, row) => goesLeft(row));
        const right = rows.filter((_, row) => !goesLeft(row));
        if (left.length < minRows || right.length < minRows) continue;
        best = Math.max(best, score(left) + score(right) - score(rows));
      }
    }
  }
  return best;
}

describe('the best split', () => {
  it('gains as much as the best of all splits', () =>
    fc.assert(
      fc.property(rowsOfTwo, fc.constantFrom(0, 1), fc.integer({ min: 1, max: 5 }), (rows, l2, minRows) => {
        const { found, features } = split(rows, { l2, min_rows_in_leaf: minRows });
        expect(found?.gain ?? 0).toBeCloseTo(bestByHand(rows, features, l2, minRows), 6);
      }),
    ));

  it('says truly which rows it sends left', () =>
    fc.assert(
      fc.property(rowsOfTwo, (rows) => {
        const { found, features } = split(rows);
        if (found === null) return;
        const { bins, missingBin } = features[found.feature] as BinnedFeature;
        const left = rows.filter((_, row) => (bins[row] === missingBin ? found.missingLeft : (bins[row] ?? 0) <= found.bin));
        expect(found.left.rows).toBe(left.length);
        expect(found.left.hessian).toBe(left.length);
        expect(found.left.gradient).toBe(left.reduce((sum, row) => sum + row.gradient, 0));
      }),
    ));

  it('sends missing values, where it has seen none, to the side of more rows', () => {
    const rows = (low: number, high: number) => [
      ...Array.from({ length: low }, () => ({ a: 0, b: 0, gradient: -1 })),
      ...Array.from({ length: high }, () => ({ a: 1, b: 0, gradient: 1 })),
    ];
    expect(split(rows(30, 10)).found?.missingLeft).toBe(true);
    expect(split(rows(10, 30)).found?.missingLeft).toBe(false);
  });

  it('is none where all rows are alike', () => {
    expect(split(Array.from({ length: 20 }, () => ({ a: 1, b: NaN, gradient: 3 }))).found).toBeNull();
  });
});
