import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { binFeature } from './binning.ts';

const float = fc.oneof(fc.float({ noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, 2, 3, NaN));
const values = fc.array(float, { maxLength: 300 }).map((list) => Float32Array.from(list));
const most = fc.integer({ min: 2, max: 255 });

describe('bins of a feature', () => {
  it('hold what the thresholds say, to the bit', () =>
    fc.assert(
      fc.property(values, most, (values, most) => {
        const { thresholds, bins, missingBin } = binFeature(values, most);
        expect(thresholds.length).toBeLessThan(most);
        expect(missingBin).toBeLessThanOrEqual(255);
        values.forEach((value, row) => {
          const bin = bins[row] ?? -1;
          if (Number.isNaN(value)) return expect(bin).toBe(missingBin);
          // As the graph compares: value <= threshold.
          const below = thresholds.findIndex((threshold) => value <= threshold);
          return expect(bin).toBe(below === -1 ? thresholds.length : below);
        });
      }),
    ));

  it('ascend, and none of them is empty', () =>
    fc.assert(
      fc.property(values, most, (values, most) => {
        const { thresholds, bins, missingBin } = binFeature(values, most);
        thresholds.forEach((threshold, i) => expect(threshold).toBeGreaterThan(thresholds[i - 1] ?? -Infinity));
        const used = new Set([...bins].filter((bin) => bin !== missingBin));
        expect(used.size).toBe(values.some((value) => !Number.isNaN(value)) ? thresholds.length + 1 : 0);
      }),
    ));

  it('are one for each distinct value where that fits', () => {
    const { thresholds, bins, missingBin } = binFeature(Float32Array.of(5, 1, NaN, 3, 1), 254);
    expect([...thresholds]).toEqual([2, 4]);
    expect([...bins]).toEqual([2, 0, missingBin, 1, 0]);
  });

  it('are shared out among the other values where one value is nearly all of them', () => {
    const random = new Random(5);
    const values = Float32Array.from({ length: 20_000 }, (_, i) => (i % 10 === 0 ? 1 + random.next() * 1000 : 0));
    const { bins, thresholds } = binFeature(values, 50);
    expect(thresholds.length).toBeGreaterThan(40);
    const counts = new Array<number>(51).fill(0);
    bins.forEach((bin) => (counts[bin] = (counts[bin] ?? 0) + 1));
    expect(counts[0]).toBe(18_000);
    expect(Math.max(...counts.slice(1))).toBeLessThan(80);
  });

  it('keep zero, which often means that there is nothing, apart from what is near it', () => {
    const random = new Random(6);
    const values = Float32Array.from({ length: 5000 }, (_, i) => (i % 100 === 0 ? 0 : random.next() * 2 - 1));
    const { bins, thresholds } = binFeature(values, 20);
    const bin = bins[0] ?? -1;
    expect(bins.filter((one) => one === bin)).toHaveLength(50);
    expect(thresholds.length).toBe(19);
  });

  it('are of about equally many rows', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 10_000) ** 2);
    const counts = new Array<number>(20).fill(0);
    binFeature(values, 20).bins.forEach((bin) => (counts[bin] = (counts[bin] ?? 0) + 1));
    expect(Math.min(...counts)).toBeGreaterThan(450);
    expect(Math.max(...counts)).toBeLessThan(550);
  });

  it('part neighbouring floats, between which there is no other', () => {
    const above = new Float32Array(new Uint32Array([0x3f800001]).buffer)[0] ?? NaN;
    expect([...binFeature(Float32Array.of(1, above, 1), 2).bins]).toEqual([0, 1, 0]);
  });
});
