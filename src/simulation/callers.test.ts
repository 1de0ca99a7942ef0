import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { RolloutCallers, volumesOf, zipfExponent } from './callers.ts';
import { multinomial } from './draws.ts';

const zipf = (count: number, exponent: number) => volumesOf({ count, exponent, withoutKey: 0 });

describe('the callers of a model', () => {
  it('ask as steeply as their counts say', () => {
    const random = new Random(1);
    for (const exponent of [0, 0.7, 1, 1.6]) {
      const counts = [...multinomial(random, 200_000, zipf(300, exponent))];
      // Chance orders callers who ask alike, so that a level line looks a little steep.
      expect(Math.abs(zipfExponent(counts) - exponent)).toBeLessThan(0.06);
    }
    expect([zipfExponent([]), zipfExponent([7])]).toEqual([0, 0]);
  });

  it('give a share of the callers a volume of its own in each rollout, which is that share on average', () => {
    const volumes = Array.from({ length: 400 }, (_, i) => new RolloutCallers(zipf(500, 1), 0.2, new Random(i)).volumeOf(0.1));
    expect(Math.abs(volumes.reduce((sum, volume) => sum + volume, 0) / 400 - 0.1)).toBeLessThan(0.015);
    expect(Math.max(...volumes) - Math.min(...volumes)).toBeGreaterThan(0.1);
    const callers = new RolloutCallers(zipf(500, 1), 0.2, new Random(9));
    expect([callers.volumeOf(0), callers.volumeOf(1)].map((volume) => Number(volume.toFixed(12)))).toEqual([0, 1]);
    expect(new RolloutCallers(new Float64Array(0), 0, new Random(9)).volumeOf(0.3)).toBe(0.3);
  });

  it('count with their first error only, however those are drawn, and without a key with each', () => {
    for (const [errors, times] of [
      [3, 400],
      [5000, 2],
    ] as const) {
      const random = new Random(3);
      const callers = new RolloutCallers(zipf(50, 0), 0, random);
      let counted = 0;
      for (let i = 0; i < times; i++) counted += callers.firstErrors(errors, 'challenger', 1, random);
      expect(counted).toBe(50);
      expect(new RolloutCallers(new Float64Array(0), 0, random).firstErrors(errors, 'champion', 0.3, random)).toBe(errors);
    }
  });

  it('fail first on a side as often as the share of callers says, of any volume', () => {
    let [own, all] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const random = new Random(i);
      const callers = new RolloutCallers(zipf(200, 1.2), 0.3, random);
      for (let look = 0; look < 20; look++) {
        const volume = callers.volumeOf(0.25);
        const failed = multinomial(random, 10, [volume, 1 - volume]);
        const counted = callers.firstErrors(failed[0] ?? 0, 'challenger', 0.25, random);
        own += counted;
        all += counted + callers.firstErrors(failed[1] ?? 0, 'champion', 0.25, random);
      }
    }
    expect(Math.abs(own / all - 0.25)).toBeLessThan(0.01);
  });

  it('are met by the challenger once each, those who ask much first', () => {
    const callers = new RolloutCallers(zipf(100, 1), 0, new Random(4));
    expect(callers.answered()).toBe(0);
    callers.answer(30, 0.5);
    const [few, asked] = [callers.answered(), 30];
    expect(few).toBeGreaterThan(3);
    expect(few).toBeLessThan(asked);
    callers.answer(1_000_000, 0.5);
    expect(Math.round(callers.answered())).toBeGreaterThan(35);
    callers.answer(1_000_000, 1);
    expect(callers.answered()).toBeCloseTo(100, 6);
  });
});
