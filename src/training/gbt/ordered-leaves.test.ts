import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Checkpoints } from '../checkpoint.ts';
import { Random } from '../random.ts';
import { quietly } from '../trainer.testsuite.ts';
import { binFeature } from './binning.ts';
import { boost, type BoostState } from './boost.ts';
import { lossOf } from './loss-of.ts';
import { orderedLeaves } from './ordered-leaves.ts';
import { gbtParams } from './params.ts';
import { addTree } from './tree.ts';

interface Grown {
  readonly feature: number[];
  readonly left: number[];
  readonly right: number[];
}

/** A tree of so many splits, each at the leaf and of the feature that the numbers name. */
function grown(splits: readonly (readonly [leaf: number, feature: number])[]): Grown {
  const tree: Grown = { feature: [], left: [], right: [] };
  const parents: { node: number; side: 'left' | 'right' }[] = [{ node: -1, side: 'left' }];
  for (const [leaf, feature] of splits) {
    const at = leaf % parents.length;
    const node = tree.feature.length;
    const parent = parents[at] as { node: number; side: 'left' | 'right' };
    if (parent.node >= 0) tree[parent.side][parent.node] = node;
    tree.feature.push(feature);
    tree.left.push(-1);
    tree.right.push(-1);
    parents[at] = { node, side: 'left' };
    parents.push({ node, side: 'right' });
  }
  parents.forEach(({ node, side }, leaf) => node >= 0 && (tree[side][node] = ~leaf));
  return tree;
}

function leavesBelow(tree: Grown, node: number): number[] {
  return node < 0 ? [~node] : [tree.left, tree.right].flatMap((side) => leavesBelow(tree, side[node] as number));
}

describe('leaves below splits of monotone features', () => {
  const directions = [1, -1, 0] as const;
  const trees = fc
    .array(fc.tuple(fc.nat(40), fc.nat(2)), { maxLength: 14 })
    .chain((splits) =>
      fc.tuple(
        fc.constant(grown(splits)),
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: splits.length + 1, maxLength: splits.length + 1 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: splits.length + 1, maxLength: splits.length + 1 }),
      ),
    );

  it('never turn a direction round, and stay between the least and the greatest value', () => {
    fc.assert(
      fc.property(trees, ([tree, values, rows]) => {
        const ordered = orderedLeaves(tree, values, rows, directions);
        for (const [node, feature] of tree.feature.entries()) {
          const sides = [tree.left, tree.right].map((side) =>
            leavesBelow(tree, side[node] as number).map((leaf) => ordered[leaf] ?? NaN),
          );
          const [lower = [], upper = []] = directions[feature] === -1 ? sides.toReversed() : sides;
          if (directions[feature] !== 0) expect(Math.max(...lower)).toBeLessThanOrEqual(Math.min(...upper));
        }
        expect(Math.min(...ordered)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(Math.max(...ordered)).toBeLessThanOrEqual(Math.max(...values));
        expect(orderedLeaves(tree, ordered, rows, directions)).toEqual(ordered);
      }),
    );
  });

  it('keep their values where nothing is turned round', () => {
    const tree = grown([
      [0, 0],
      [0, 2],
    ]);
    // Leaves 0 and 2 are below the left side of the root, leaf 1 is its right one.
    expect(orderedLeaves(tree, [3, 7, -5], [1, 1, 1], directions)).toEqual([3, 7, -5]);
    expect(orderedLeaves(tree, [3, 1, -5], [1, 1, 3], directions)).toEqual([-1, 1, -5]);
    expect(orderedLeaves(grown([]), [4], [9], directions)).toEqual([4]);
  });
});

it('a median that may only rise is learned in the unit of the labels', async () => {
  const random = new Random(3);
  const x = Float32Array.from({ length: 600 }, () => random.next());
  const label = Float64Array.from(x, (value) => 900 * value + 100 * random.next());
  const control = quietly();
  const features = [{ ...binFeature(x, 254), monotone: 1 as const }];
  const params = gbtParams.parse({ loss: 'absolute', trees: 60, leaves: 8 });
  const target = { label, weights: null, learned: 600, seed: 1 };
  const loss = lossOf('regression', params, target, 1);
  const { base, trees } = await boost(target, loss, features, params, control, new Checkpoints<BoostState>('job', control));
  const score = new Float64Array(600).fill(base[0] ?? NaN);
  for (const tree of trees) addTree(tree, features, score);
  const error = score.reduce((sum, one, row) => sum + Math.abs(one - (label[row] ?? NaN)), 0) / 600;
  // The noise alone leaves 25; steps of signs, of at most one each, would leave more than 200.
  expect(error).toBeLessThan(30);
  const order = [...x.keys()].toSorted((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  for (const [i, row] of order.entries()) if (i > 0) expect(score[row]).toBeGreaterThanOrEqual(score[order[i - 1] ?? 0] ?? 0);
});
