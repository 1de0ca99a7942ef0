import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket, murmur3 } from './bucketing.ts';

describe('bucketing', () => {
  it('is MurmurHash3 as published', () => {
    expect(murmur3('', 0)).toBe(0);
    expect(murmur3('', 1)).toBe(0x514e28b7);
    expect(murmur3('test', 0)).toBe(0xba6bd213);
    expect(murmur3('Hello, world!', 0)).toBe(0xc0363e43);
    expect(murmur3('The quick brown fox jumps over the lazy dog', 0x9747b28c)).toBe(0x2fa826cd);
  });

  it('always gives the same number in [0, 1) for the same salt and key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (salt, key) => {
        const value = bucket(salt, key);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
        expect(bucket(salt, key)).toBe(value);
      }),
    );
  });

  it('keeps a caller in while the share grows', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.string(), fc.string(), share, share, (salt, key, a, b) => {
        if (bucket(salt, key) < Math.min(a, b)) expect(bucket(salt, key)).toBeLessThan(Math.max(a, b));
      }),
    );
  });

  it.each(['customer-', 'a', '0000000'])('spreads consecutive keys like %s1 evenly (chi-square over 20 buckets)', (prefix) => {
    const callers = 40_000;
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < callers; i++) {
      const at = Math.floor(bucket('rollout', `${prefix}${i}`) * 20);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const expected = callers / 20;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 19 degrees of freedom: exceeded once in 100,000 uniform hashes.
    expect(chiSquare).toBeLessThan(59);
  });

  it('draws other callers under another salt', () => {
    const first = Array.from({ length: 20_000 }, (_, i) => `caller-${i}`).filter((key) => bucket('rollout-1', key) < 0.05);
    const again = first.filter((key) => bucket('rollout-2', key) < 0.05).length / first.length;
    expect(first.length).toBeGreaterThan(800);
    expect(again).toBeLessThan(0.1);
  });
});
