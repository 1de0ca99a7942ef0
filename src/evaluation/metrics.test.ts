import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeMetrics } from './metrics.ts';

const classification = (label: number[], score: number[], threshold = 0.5) =>
  computeMetrics('binary-classification', label, score, threshold);

const scored = fc.array(fc.record({ label: fc.constantFrom(0, 1), score: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1) }), {
  minLength: 2,
  maxLength: 80,
});

describe('metrics of a binary classifier', () => {
  it('are those worked out by hand', () => {
    // At 0.5: predicted 1 1 0 1 0, so 2 true positives, 1 false positive, 1 false negative, 1 true negative.
    const metrics = classification([1, 1, 1, 0, 0], [0.9, 0.6, 0.3, 0.7, 0.2]);
    expect(metrics['accuracy']).toBeCloseTo(3 / 5, 12);
    expect(metrics['precision']).toBeCloseTo(2 / 3, 12);
    expect(metrics['recall']).toBeCloseTo(2 / 3, 12);
    expect(metrics['f1']).toBeCloseTo(2 / 3, 12);
    // Of the six pairs, .9 beats both, .6 and .3 beat .2 only.
    expect(metrics['auc']).toBeCloseTo(4 / 6, 12);
    expect(metrics['log_loss']).toBeCloseTo(-Math.log(0.9 * 0.6 * 0.3 * 0.3 * 0.8) / 5, 12);
    expect(metrics['brier']).toBeCloseTo((0.01 + 0.16 + 0.49 + 0.49 + 0.04) / 5, 12);
    // One row a bin.
    expect(metrics['ece']).toBeCloseTo((0.1 + 0.4 + 0.7 + 0.7 + 0.2) / 5, 12);
  });

  it('count equal scores as half a win', () => {
    expect(classification([1, 0], [0.5, 0.5])['auc']).toBe(0.5);
    expect(classification([1, 0, 1, 0], [0.5, 0.5, 0.9, 0.1])['auc']).toBe((0.5 + 1 + 1 + 1) / 4);
  });

  it('have the AUC of all pairs of rows, whatever the ties', () =>
    fc.assert(
      fc.property(scored, (rows) => {
        const pairs = rows
          .filter((row) => row.label === 1)
          .flatMap((positive) =>
            rows
              .filter((row) => row.label === 0)
              .map((negative) => (positive.score > negative.score ? 1 : positive.score === negative.score ? 0.5 : 0)),
          );
        const { auc } = classification(
          rows.map((row) => row.label),
          rows.map((row) => row.score),
        );
        if (pairs.length === 0) expect(auc).toBeUndefined();
        else expect(auc).toBeCloseTo(pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length, 9);
      }),
    ));

  it('do not depend on the order of the rows', () =>
    fc.assert(
      fc.property(scored, (rows) => {
        const of = (some: typeof rows) =>
          classification(
            some.map((row) => row.label),
            some.map((row) => row.score),
          );
        const [forwards, backwards] = [of(rows), of(rows.toReversed())];
        expect(Object.keys(backwards)).toEqual(Object.keys(forwards));
        for (const [metric, value] of Object.entries(forwards)) expect(backwards[metric]).toBeCloseTo(value, 9);
      }),
    ));

  it('measure calibration over ten bins of equal width, 1 in the last', () => {
    // Bin [.2, .3): mean score .25, one of two positive; bin [.9, 1]: mean score .95, both positive.
    const { ece } = classification([0, 1, 1, 1], [0.2, 0.299999, 0.9, 1]);
    expect(ece).toBeCloseTo((2 * 0.25 + 2 * 0.05) / 4, 5);
  });

  it('predict the positive class at the threshold and above', () => {
    expect(classification([1, 0], [0.3, 0.29], 0.3)['accuracy']).toBe(1);
    expect(classification([1, 0], [0.3, 0.29], 0.31)['accuracy']).toBe(0.5);
  });

  it('leave out what has no value, and nothing else', () => {
    expect(Object.keys(classification([0, 0], [0.1, 0.2]))).toEqual(['accuracy', 'precision', 'log_loss', 'brier', 'ece']);
    expect(classification([1, 0], [0.1, 0.2])).toMatchObject({ precision: 0, recall: 0, f1: 0, auc: 0 });
    expect(classification([], [])).toEqual({});
  });

  it('stay finite where a certain prediction is wrong', () => {
    expect(classification([1, 0], [0, 1])['log_loss']).toBeCloseTo(-Math.log(1e-15), 1);
  });

  it('have no values where a score is no number', () => {
    expect(classification([1, 0, 1], [0.4, NaN, 0.2])).toEqual({});
  });

  it('refuse labels and scores that do not pair', () => {
    expect(() => classification([1], [0.5, 0.5])).toThrow(RangeError);
  });
});

describe('metrics of a regression', () => {
  it('are those worked out by hand', () => {
    // Errors 1, -2, 0, 3; the labels' mean is 5, their squared deviations 16, 1, 1, 16.
    const metrics = computeMetrics('regression', [1, 4, 6, 9], [2, 2, 6, 12], 0);
    expect(metrics['mae']).toBeCloseTo(6 / 4, 12);
    expect(metrics['rmse']).toBeCloseTo(Math.sqrt(14 / 4), 12);
    expect(metrics['r2']).toBeCloseTo(1 - 14 / 34, 12);
    expect(Object.keys(metrics)).toEqual(['mae', 'rmse', 'r2']);
  });

  it('are of a quantile and of counts where that is asked for, and left out where counts have no value', () => {
    const of = (score: number[]) => computeMetrics('regression', [1, 4], score, 0, { quantile: 0.75, counts: true });
    expect(of([2, 2])).toMatchObject({
      pinball: (0.25 + 1.5) / 2,
      poisson_deviance: expect.closeTo(3 * Math.LN2 - 1, 12) as number,
    });
    expect(Object.keys(of([2, 0]))).toEqual(['mae', 'rmse', 'r2', 'pinball']);
  });

  it('have no R2 where the labels do not vary', () => {
    expect(computeMetrics('regression', [0.1, 0.1, 0.1], [0.1, 0.2, 0.3], 0)).not.toHaveProperty('r2');
  });
});
