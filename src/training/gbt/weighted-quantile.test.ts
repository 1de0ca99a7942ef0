import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightedQuantile } from './weighted-quantile.ts';

const value = fc.integer({ min: -20, max: 20 });
const share = fc.constantFrom(0.05, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99);

/** What the quantile minimises. */
function loss(values: readonly number[], weights: readonly number[], at: number, share: number): number {
  return values.reduce((sum, y, i) => {
    const below = y - at;
    return sum + (weights[i] ?? 0) * (below >= 0 ? share * below : (share - 1) * below);
  }, 0);
}

describe('the weighted quantile', () => {
  it('is the middle value, and between the two middle ones the middle', () => {
    expect(weightedQuantile(Float64Array.of(3, 1, 2), null, 0.5)).toBe(2);
    expect(weightedQuantile(Float64Array.of(4, 1, 10, 2), null, 0.5)).toBe(3);
    expect(weightedQuantile(Float64Array.of(7), Float64Array.of(0.1), 0.9)).toBe(7);
    expect(weightedQuantile(Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 2), 0.5)).toBe(2.5);
    expect(weightedQuantile(Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 2.5), 0.5)).toBe(3);
  });

  it('makes the quantile loss smallest, whatever values and weights', () => {
    const entries = fc.array(fc.tuple(value, fc.double({ min: 0.01, max: 5, noNaN: true })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(entries, share, (all, alpha) => {
        const [values, weights] = [all.map(([y]) => y), all.map(([, weight]) => weight)];
        const found = weightedQuantile(Float64Array.from(values), Float64Array.from(weights), alpha);
        const least = Math.min(...values.map((at) => loss(values, weights, at, alpha)));
        expect(loss(values, weights, found, alpha)).toBeLessThanOrEqual(least * (1 + 1e-9) + 1e-9);
      }),
    );
  });

  it('counts an entry of weight n as n entries, in any order', () => {
    const entries = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(entries, share, (all, alpha) => {
        const weighed = weightedQuantile(
          Float64Array.from(all, ([y]) => y),
          Float64Array.from(all, ([, weight]) => weight),
          alpha,
        );
        const repeated = all.flatMap(([y, weight]) => Array<number>(weight).fill(y));
        expect(weightedQuantile(Float64Array.from(repeated), null, alpha)).toBe(weighed);
        expect(weightedQuantile(Float64Array.from(repeated.toReversed()), null, alpha)).toBe(weighed);
      }),
    );
  });
});
