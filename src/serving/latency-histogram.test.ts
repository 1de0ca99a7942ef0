import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBins,
  emptyLatency,
  latencyBin,
  latencyBounds,
  latencyBins,
  p99FromHistogram,
  quantileFromHistogram,
  slowerThan,
} from './latency-histogram.ts';

const histogram = (latencies: readonly number[]) => {
  const counts = emptyLatency();
  for (const ms of latencies) counts[latencyBin(ms)] = (counts[latencyBin(ms)] ?? 0) + 1;
  return counts;
};
const latency = fc.double({ min: 0.1, max: 50_000, noNaN: true });

describe('latency histogram', () => {
  it('puts every latency between the bounds of its bin', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (ms) => {
        const bin = latencyBin(ms);
        expect(ms).toBeGreaterThan(bin === 0 ? -1 : (latencyBounds[bin - 1] ?? 0) * (1 - 1e-9));
        if (bin < latencyBounds.length) expect(ms).toBeLessThanOrEqual((latencyBounds[bin] ?? 0) * (1 + 1e-9));
      }),
    );
  });

  it('puts a latency that equals a bound into the bin below that bound', () => {
    for (const [bin, bound] of latencyBounds.entries()) expect(latencyBin(bound)).toBe(bin);
  });

  it('gives every quantile within one bin of the exact one', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (latencies, q) => {
          const sorted = latencies.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? 0;
          const estimate = quantileFromHistogram(histogram(latencies), q) ?? 0;
          expect(estimate / exact).toBeGreaterThan(2 ** -0.26);
          expect(estimate / exact).toBeLessThan(2 ** 0.26);
        },
      ),
    );
  });

  it('adds exactly: the sum of two histograms is the histogram of all latencies', () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency), (a, b) => {
        const sum = histogram(a);
        addBins(sum, histogram(b));
        expect(sum).toEqual(histogram([...a, ...b]));
      }),
    );
  });

  it('has no p99 without a request, and refuses to add histograms of different bounds', () => {
    expect(p99FromHistogram(emptyLatency())).toBeNull();
    expect(() => addBins(emptyLatency(), [1])).toThrow(`${latencyBins} and 1 bins`);
  });

  it('sees a slow hundredth in the p99 but not a slow thousandth', () => {
    expect(p99FromHistogram(histogram([...new Array<number>(98).fill(1), 500, 500]))).toBeGreaterThan(400);
    expect(p99FromHistogram(histogram([...new Array<number>(999).fill(1), 500]))).toBeLessThan(1.2);
  });

  it('says how many were slower than a bound, as the quantile that it estimates would have it', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 300 }), latency, (latencies, ms) => {
        const slower = slowerThan(histogram(latencies), ms);
        expect(slower).toBeGreaterThanOrEqual(latencies.filter((one) => one > ms * 2 ** 0.26).length);
        expect(slower).toBeLessThanOrEqual(latencies.filter((one) => one > ms * 2 ** -0.26).length);
      }),
    );
    expect(slowerThan(histogram([1, 2, 3]), 0)).toBe(3);
    expect(slowerThan(histogram([1, 2, 3]), Infinity)).toBe(0);
    expect(slowerThan([], 5)).toBe(0);
  });
});
