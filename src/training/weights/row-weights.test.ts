import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../data/dataset.ts';
import { rowWeights } from './row-weights.ts';

/** Rows of two columns: a group by its name, and a boolean. */
function frameOf(label: readonly number[], group: readonly number[], flag: readonly number[] = label.map(() => 0)): Frame {
  return {
    rows: label.length,
    features: ['group', 'flag'],
    columns: {
      group: { type: 'category', codes: Int32Array.from(group), levels: ['a', 'b', 'c'] },
      flag: { type: 'number', values: Float32Array.from(flag), boolean: true },
    },
    label: Float64Array.from(label),
    classes: ['no', 'yes'],
    timestamp: null,
  };
}

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -1, max: 2 }), fc.constantFrom(0, 1, NaN)), {
  minLength: 1,
  maxLength: 60,
});
const total = (weights: Float64Array, of: (row: number) => boolean) =>
  weights.reduce((sum, weight, row) => sum + (of(row) ? weight : 0), 0);

describe('weights of rows', () => {
  it('are none where nothing asks for any', () => {
    expect(rowWeights(frameOf([0, 1], [0, 1]), {})).toBeUndefined();
  });

  it('are those of the column, 1 on average', () => {
    const frame = { ...frameOf([0, 1, 1], [0, 0, 0]), weight: Float64Array.of(1, 2, 6) };
    expect(rowWeights(frame, {})).toEqual(Float64Array.of(1 / 3, 2 / 3, 2));
  });

  it('make classes weigh alike when they are balanced, whatever rows there are', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const label = all.map(([y]) => y);
        const weights = rowWeights(frameOf(label, label), { class_weights: 'balanced' }) as Float64Array;
        const [no, yes] = [0, 1].map((y) => total(weights, (row) => label[row] === y)) as [number, number];
        if (label.includes(0) && label.includes(1)) expect(no).toBeCloseTo(yes, 9);
        expect(no + yes).toBeCloseTo(label.length, 9);
      }),
    );
  });

  it('give every group the same share of positives, missing being a group, when it is evened out', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const [label, group, flag] = [all.map(([y]) => y), all.map(([, g]) => g), all.map(([, , f]) => f)];
        const weights = rowWeights(frameOf(label, group, flag), { reweigh: ['group', 'flag'] }) as Float64Array;
        const positive = label.filter((y) => y === 1).length / label.length;
        const groups = new Map<string, { rows: number; weight: number; positive: number; classes: Set<number> }>();
        for (const [row, [y, g, f]] of all.entries()) {
          const key = `${g} ${f}`;
          const seen = groups.get(key) ?? { rows: 0, weight: 0, positive: 0, classes: new Set<number>() };
          groups.set(key, seen);
          seen.rows++;
          seen.weight += weights[row] as number;
          seen.positive += y * (weights[row] as number);
          seen.classes.add(y);
        }
        for (const seen of groups.values()) {
          // A group of one class cannot have the share of all.
          if (seen.classes.size === 2) expect(seen.positive / seen.weight).toBeCloseTo(positive, 9);
        }
        expect(total(weights, () => true)).toBeCloseTo(label.length, 9);
      }),
    );
  });

  it('are those of F. Kamiran and T. Calders for their ten applicants', () => {
    // Men: + + + + -, women: + + - - -; P(sex) P(label) / P(sex, label).
    const label = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0];
    const sex = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const weights = rowWeights(frameOf(label, sex), { reweigh: ['group'] });
    expect([...(weights ?? [])].map((weight) => Number(weight.toFixed(2)))).toEqual([
      0.75, 0.75, 0.75, 0.75, 2, 1.5, 1.5, 0.67, 0.67, 0.67,
    ]);
  });

  it('are multiplied: column, class and group', () => {
    const frame = { ...frameOf([0, 1, 1, 0], [0, 0, 1, 1]), weight: Float64Array.of(1, 1, 2, 4) };
    const weights = rowWeights(frame, { class_weights: { yes: 3 }, reweigh: ['group'] });
    expect(weights).toEqual(Float64Array.of(1, 3, 6, 4).map((weight) => weight / 3.5));
  });

  it('refuse classes that there are not', () => {
    expect(() => rowWeights(frameOf([0, 1], [0, 0]), { class_weights: { Yes: 3, maybe: 1, no: 1 } })).toThrow(
      expect.objectContaining({
        code: 'PAWL_TRAINING_IMPOSSIBLE',
        problems: [
          expect.objectContaining({ subject: 'training.class_weights.Yes' }),
          expect.objectContaining({ message: 'class_weights names maybe, and the classes are no, yes' }),
        ],
      }),
    );
  });
});
