import { describe, expect, it } from 'vitest';
import { logGamma } from '../stats/log-gamma.ts';
import { Random } from '../training/random.ts';
import { binomial, multinomial, normal, poisson } from './draws.ts';

const draws = 20_000;

/** Chi-square over its degrees of freedom of drawn counts against their probabilities, kinds with few expected taken together. */
function misfit(draw: (random: Random) => number, probability: (count: number) => number, seed: number): number {
  const random = new Random(seed);
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const count = draw(random);
    counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  let [sum, kinds, expected, seen] = [0, -1, 0, 0];
  for (let count = 0; count <= Math.max(...counts.keys()); count++) {
    expected += draws * probability(count);
    seen += counts.get(count) ?? 0;
    if (expected < 20) continue;
    sum += (seen - expected) ** 2 / expected;
    kinds++;
    [expected, seen] = [0, 0];
  }
  return sum / kinds;
}

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

describe('counts drawn at once', () => {
  it('are as often of each size as single draws would be, whichever way they are drawn', () => {
    for (const [trials, chance] of [
      [5, 0.3],
      [40, 0.9],
      [100, 0.4],
      [5000, 0.01],
    ] as const) {
      const probability = (count: number) =>
        count > trials
          ? 0
          : Math.exp(logChoose(trials, count) + count * Math.log(chance) + (trials - count) * Math.log1p(-chance));
      // Three standard deviations of chi-square over its degrees are about 1 for twenty of them.
      expect(misfit((random) => binomial(random, trials, chance), probability, 5)).toBeLessThan(2);
    }
    for (const mean of [0.2, 7, 12, 300]) {
      const probability = (count: number) => Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
      expect(misfit((random) => poisson(random, mean), probability, 6)).toBeLessThan(2);
    }
  });

  it('are none and all at the ends', () => {
    const random = new Random(1);
    expect([binomial(random, 9, 0), binomial(random, 9, 1), binomial(random, 0, 0.5), poisson(random, 0)]).toEqual([0, 9, 0, 0]);
  });

  it('fall to kinds in proportion, and all of them somewhere', () => {
    const random = new Random(2);
    const total = [0, 0, 0, 0];
    for (let i = 0; i < 500; i++) {
      const counts = multinomial(random, 200, [3, 0, 1, 6]);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
      for (const [kind, count] of counts.entries()) total[kind] = (total[kind] ?? 0) + count;
    }
    expect(total[1]).toBe(0);
    for (const [kind, share] of [0.3, 0, 0.1, 0.6].entries())
      expect(Math.abs((total[kind] ?? 0) / 100_000 - share)).toBeLessThan(0.006);
  });

  it('are normal with mean 0 and deviation 1', () => {
    const random = new Random(3);
    const values = Array.from({ length: draws }, () => normal(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(values.reduce((sum, value) => sum + value ** 2, 0) / draws - 1)).toBeLessThan(0.04);
  });
});
