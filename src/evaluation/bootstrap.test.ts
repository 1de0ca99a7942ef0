import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import type { Statistic } from './statistic.ts';

const meanOf =
  (values: readonly number[]): Statistic =>
  (weights) => {
    let [sum, count] = [0, 0];
    for (const [row, value] of values.entries()) {
      sum += (weights[row] ?? 0) * value;
      count += weights[row] ?? 0;
    }
    return sum / count;
  };

describe('a bootstrap interval', () => {
  it('holds the mean of normal values in about as many samples as it says', async () => {
    const random = new Random(17);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    let [above, below] = [0, 0];
    for (let sample = 0; sample < 200; sample++) {
      const values = Array.from({ length: 40 }, normal);
      const [interval] = await bootstrapIntervals(values.length, [meanOf(values)], 0.9);
      if ((interval?.low ?? 0) > 0) above++;
      if ((interval?.high ?? 0) < 0) below++;
    }
    // 20 are expected at either end; the seed makes it a fact.
    expect([above, below].every((misses) => misses >= 8 && misses <= 34)).toBe(true);
  });

  it('is wide enough for values of which neighbours are alike only where they are drawn in blocks', async () => {
    const random = new Random(23);
    const misses = [0, 0];
    for (let sample = 0; sample < 100; sample++) {
      const values = Array.from({ length: 40 }, () => random.next() - 0.5).flatMap((value) => Array<number>(5).fill(value));
      for (const [i, block] of [1, 18].entries()) {
        const [interval] = await bootstrapIntervals(values.length, [meanOf(values)], 0.9, block);
        if ((interval?.low ?? 0) > 0 || (interval?.high ?? 0) < 0) misses[i] = (misses[i] ?? 0) + 1;
      }
    }
    // 20 are expected, 10 at either end.
    expect(misses[0]).toBeGreaterThan(45);
    expect(misses[1]).toBeLessThan(33);
  });

  it('is a point where every sample says the same, and none where a number has no value', async () => {
    const [level, never, seldom] = await bootstrapIntervals(
      20,
      [meanOf(Array<number>(20).fill(3)), () => NaN, (weights) => ((weights[0] ?? 0) === 1 ? 1 : NaN)],
      0.95,
    );
    expect(level).toEqual({ low: 3, high: 3 });
    expect(never).toBeNull();
    // The value is there, but in less than half of the samples.
    expect(seldom).toBeNull();
  });

  it('says the same of the same rows each time', async () => {
    const statistic = meanOf(Array.from({ length: 60 }, (_, i) => (i * 37) % 17));
    const [first, second] = [await bootstrapIntervals(60, [statistic], 0.95), await bootstrapIntervals(60, [statistic], 0.95)];
    expect(first).toEqual(second);
  });

  it('draws fewer samples, and leaves out larger groups of rows, of what takes more work than it has rows', async () => {
    const rows = 1000;
    const callsOf = async (work: number) => {
      let calls = 0;
      const first: Statistic = (weights) => {
        calls++;
        return weights[0] ?? NaN;
      };
      await bootstrapIntervals(rows, [first], 0.95, 1, work);
      return calls;
    };
    // The samples, the value itself, and the groups of the acceleration.
    expect(await callsOf(rows)).toBe(2000 + 1 + 1000);
    expect(await callsOf(100 * rows)).toBe(400 + 1 + 400);
  });
});
