import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { bandwidth, varianceInflation } from './variance-inflation.ts';

describe('the inflation of a variance in time order', () => {
  it('is about 1 for independent values, and 1 for what alternates or stands still', () => {
    const random = new Random(5);
    const values = Array.from({ length: 2000 }, () => random.next());
    expect(varianceInflation(values)).toBeGreaterThanOrEqual(1);
    expect(varianceInflation(values)).toBeLessThan(1.5);
    expect(varianceInflation(values.map((_, i) => i % 2))).toBe(1);
    expect(varianceInflation([3, 3, 3])).toBe(1);
    expect(varianceInflation([])).toBe(1);
  });

  it('comes near the length of runs in which values come, as far as the bandwidth lets it see', () => {
    const random = new Random(6);
    const runs = Array.from({ length: 400 }, () => random.next()).flatMap((value) => Array<number>(5).fill(value));
    expect(varianceInflation(runs)).toBeGreaterThan(4);
    expect(varianceInflation(runs)).toBeLessThan(6);
    expect(bandwidth(runs.length)).toBe(59);
  });
});
