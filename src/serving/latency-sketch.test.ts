import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatency,
  LatencySketch,
  latencyP99,
  latencyQuantile,
  type LatencySums,
  noLatency,
  slowerThan,
} from './latency-sketch.ts';

const sketchOf = (latencies: readonly number[]): LatencySums => {
  const sketch = new LatencySketch();
  for (const ms of latencies) sketch.add(ms);
  return sketch.sums();
};
const latency = fc.oneof(fc.double({ min: 1e-3, max: 3.6e6, noNaN: true }), fc.double({ min: 0.1, max: 50, noNaN: true }));
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 });

describe('a latency sketch', () => {
  it('knows every quantile to 1 %', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
        const exact = all.toSorted((a, b) => a - b)[Math.floor(q * (all.length - 1))] as number;
        const read = latencyQuantile(sketchOf(all), q) as number;
        expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * 0.01 * (1 + 1e-9));
      }),
    );
  });

  it('says the same of a sum as of all at once, however they are split', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(latency, fc.constant(0)), { maxLength: 60 }), { maxLength: 6 }), (parts) => {
        const added = parts.map(sketchOf).reduce(addLatency, noLatency);
        expect(added).toEqual(sketchOf(parts.flat()));
        const backwards = parts.toReversed().map(sketchOf).reduceRight(addLatency, noLatency);
        expect(backwards).toEqual(added);
      }),
    );
  });

  it('counts every request, also those that no clock can explain', () => {
    const sums = sketchOf([NaN, -1, 0, 1e-9, Infinity, 1e300, 3]);
    expect(sums.zeros).toBe(4);
    expect(sums.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(latencyQuantile(sums, 0)).toBe(0);
    expect(latencyQuantile(sums, 1)).toBeGreaterThan(3.5e6);
  });

  it('counts as slower what took longer, but for those within 1 % of the bound', () => {
    fc.assert(
      fc.property(latencies, latency, (all, bound) => {
        const slower = slowerThan(sketchOf(all), bound);
        expect(slower).toBeGreaterThanOrEqual(all.filter((ms) => ms > bound * 1.0102).length);
        expect(slower).toBeLessThanOrEqual(all.filter((ms) => ms > bound * 0.9898).length);
      }),
    );
  });

  it('knows nothing of no request', () => {
    expect(latencyP99(noLatency)).toBeNull();
    expect(slowerThan(noLatency, 0)).toBe(0);
    expect(slowerThan(sketchOf([5]), Infinity)).toBe(0);
  });

  it('keeps the buckets that windows in the registry have', () => {
    expect(sketchOf([0.001, 1, 50, 3.6e6])).toEqual({ zeros: 0, buckets: [-345, 0, 196, 755], counts: [1, 1, 1, 1] });
  });
});
