import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logEValueOfShare, quantileBounds } from './quantile-sequence.ts';

const binomial = (n: number, k: number): number => (k === 0 ? 1 : (binomial(n, k - 1) * (n - k + 1)) / k);

describe('bounds of a quantile', () => {
  it('rest on e-values of 1 on average, by enumeration', () => {
    for (const share of [0.5, 0.9, 0.99])
      for (const count of [1, 5, 20]) {
        let mean = 0;
        for (let hits = 0; hits <= count; hits++)
          mean +=
            binomial(count, hits) *
            share ** hits *
            (1 - share) ** (count - hits) *
            Math.exp(logEValueOfShare(hits, count, share));
        expect(mean).toBeCloseTo(1, 10);
      }
  });

  it('miss the quantile at any time as rarely as alpha says, by enumeration', () => {
    // A fair coin: its median of 0 is missed where it would be below 0 or above it.
    const [alpha, count] = [0.3, 12];
    let missed = 0;
    for (let coins = 0; coins < 2 ** count; coins++) {
      let ones = 0;
      for (let n = 1; n <= count; n++) {
        ones += (coins >> (n - 1)) & 1;
        const { low, high } = quantileBounds(
          [
            [-1, ones],
            [0, 0],
            [1, n - ones],
          ],
          0.5,
          alpha,
        );
        if (low >= 0 || high < 0) {
          missed++;
          break;
        }
      }
    }
    expect(missed).toBeGreaterThan(0);
    expect(missed / 2 ** count).toBeLessThanOrEqual(alpha);
  });

  it('are where a look at every bucket puts them, and hold the quantile of what was seen', () => {
    const counts = fc.array(fc.nat(300), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(counts, fc.constantFrom(0.5, 0.9, 0.99), fc.constantFrom(0.2, 0.05, 0.001), (all, quantile, alpha) => {
        const histogram = all.map((count, i) => [2 ** i, count] as const);
        const total = all.reduce((sum, count) => sum + count, 0);
        let [within, low, high] = [0, -Infinity, Infinity];
        for (const [upTo, count] of histogram) {
          within += count;
          if (logEValueOfShare(within, total, quantile) < Math.log(1 / alpha)) continue;
          if (within < total * quantile) low = upTo;
          else if (within > total * quantile) high = Math.min(high, upTo);
        }
        expect(quantileBounds(histogram, quantile, alpha)).toEqual({ low, high });
        expect(low).toBeLessThan(high);
      }),
    );
  });

  it('narrow with more values, and know nothing without any', () => {
    const of = (times: number) =>
      quantileBounds(
        Array.from({ length: 100 }, (_, i) => [i + 1, times] as const),
        0.9,
        0.05,
      );
    expect(of(10)).toEqual({ low: 86, high: 93 });
    expect(of(1000).low).toBe(89);
    expect(quantileBounds([], 0.9, 0.05)).toEqual({ low: -Infinity, high: Infinity });
    expect(quantileBounds([[1, 0]], 0.9, 0.05)).toEqual({ low: -Infinity, high: Infinity });
  });
});
