import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe("Wilson's interval", () => {
  it('gives the published values', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20.
    const z = 1.959964;
    const rounded = (successes: number, trials: number) => {
      const { low, high } = wilsonInterval(successes, trials, z);
      return [low.toFixed(4), high.toFixed(4)];
    };
    expect(rounded(81, 263)).toEqual(['0.2553', '0.3662']);
    expect(rounded(15, 148)).toEqual(['0.0624', '0.1605']);
    expect(rounded(0, 20)).toEqual(['0.0000', '0.1611']);
  });

  it('holds the proportion, stays within 0 and 1, and narrows with more trials', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        (some, trials, z) => {
          const successes = Math.min(some, trials);
          const { low, high } = wilsonInterval(successes, trials, z);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(successes / trials);
          expect(high).toBeGreaterThanOrEqual(successes / trials);
          const more = wilsonInterval(successes * 10, trials * 10, z);
          expect(more.high - more.low).toBeLessThan(high - low);
        },
      ),
    );
  });

  it('knows nothing without trials', () => {
    expect(wilsonInterval(0, 0, 2)).toEqual({ low: 0, high: 1 });
  });
});
