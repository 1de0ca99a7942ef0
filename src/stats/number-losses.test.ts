import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinballLoss, poissonDeviance, usualError } from './number-losses.ts';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const quantile = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('the pinball loss', () => {
  it('weighs what is below the label by the quantile, and what is above by the rest', () => {
    expect(pinballLoss(10, 6, 0.9)).toBeCloseTo(3.6, 12);
    expect(pinballLoss(6, 10, 0.9)).toBeCloseTo(0.4, 12);
    expect(pinballLoss(6, 6, 0.9)).toBe(0);
  });

  it('is never negative, and of both sides together the whole error', () => {
    fc.assert(
      fc.property(value, value, quantile, (label, predicted, q) => {
        const [one, other] = [pinballLoss(label, predicted, q), pinballLoss(label, predicted, 1 - q)];
        expect(one).toBeGreaterThanOrEqual(0);
        expect(one + other).toBeCloseTo(Math.abs(label - predicted), 6);
      }),
    );
  });

  it('is smallest on average where that share of the labels lies below', () => {
    const labels = Array.from({ length: 101 }, (_, i) => i);
    const mean = (predicted: number) => labels.reduce((sum, label) => sum + pinballLoss(label, predicted, 0.9), 0);
    const best = labels.toSorted((a, b) => mean(a) - mean(b))[0];
    expect(best).toBe(90);
  });
});

describe('the Poisson deviance', () => {
  it('is nothing at the label, and more the further the prediction is away', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 1e-3, max: 1, noNaN: true }), (label, step) => {
        if (label > 0) expect(poissonDeviance(label, label)).toBeCloseTo(0, 9);
        const [near, far] = [label + step, label + 3 * step].map((predicted) => poissonDeviance(label, predicted));
        expect(near).toBeGreaterThanOrEqual(0);
        expect(far).toBeGreaterThan(near ?? NaN);
      }),
    );
  });

  it('has no value for a negative label, or a prediction that is not above 0', () => {
    expect([poissonDeviance(-1, 2), poissonDeviance(1, 0), poissonDeviance(0, 0), poissonDeviance(1, -2)]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });
});

it('what a regression is compared by follows from what it is asked to predict', () => {
  expect(usualError({ quantile: null, counts: false })).toBe('mae');
  expect(usualError({ quantile: 0.9, counts: false })).toBe('pinball');
  expect(usualError({ quantile: null, counts: true })).toBe('poisson_deviance');
});
