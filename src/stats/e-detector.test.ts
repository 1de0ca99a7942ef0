import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { betTable, type DetectorState, EDetector, type WatchedFunction } from './e-detector.ts';

/** Whether a row is in bin 1, which one in four was. */
const rate: WatchedFunction = { values: [0, 1], mean: 0.25, weight: 1, falls: true };
const chance = [0.75, 0.25];

function evidenceOf(bins: readonly number[], functions: readonly WatchedFunction[], correlation = 1, most = Infinity): number {
  const table = betTable(functions, correlation);
  const detector = new EDetector(table, null);
  for (const [at, bin] of bins.entries()) detector.add(table, bin, null, at, most);
  return detector.evidence(table);
}

const draws = (rows: number, share: number, seed: number) => {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => Number(random.next() < share));
};

describe('an e-detector', () => {
  it('holds n on average after n rows in which nothing has changed, by exact enumeration', () => {
    for (const n of [1, 2, 5, 10]) {
      let expected = 0;
      for (let path = 0; path < 2 ** n; path++) {
        const bins = Array.from({ length: n }, (_, i) => (path >> i) & 1);
        const probability = bins.reduce((product, bin) => product * (chance[bin] ?? 0), 1);
        expected += probability * evidenceOf(bins, [rate]);
      }
      expect(expected).toBeCloseTo(n, 9);
    }
  });

  it('holds no more than n on average where rows come in runs of four that are worth one', () => {
    for (const runs of [1, 2, 4, 8]) {
      let expected = 0;
      for (let path = 0; path < 2 ** runs; path++) {
        const bins = Array.from({ length: 4 * runs }, (_, i) => (path >> (i >> 2)) & 1);
        const probability = Array.from({ length: runs }, (_, i) => chance[(path >> i) & 1] ?? 0).reduce((a, b) => a * b, 1);
        expected += probability * evidenceOf(bins, [rate], 4);
      }
      expect(expected).toBeLessThanOrEqual(4 * runs * (1 + 1e-9));
    }
  });

  it('sees a rise and a fall, and says which it is and since when', () => {
    for (const [share, side] of [
      [0.5, 0],
      [0.05, 1],
    ] as const) {
      const table = betTable([rate], 1);
      const detector = new EDetector(table, null);
      for (const [at, bin] of [...draws(500, 0.25, 3), ...draws(200, share, 4)].entries())
        detector.add(table, bin, null, at, 1e9);
      expect(detector.evidence(table)).toBeGreaterThan(10_000);
      expect(detector.strongest(table)).toBe(side);
      const stretch = detector.state().stretches[side];
      expect(Math.abs((stretch?.since ?? 0) - 500)).toBeLessThan(40);
      expect(stretch?.rows).toBe(700 - (stretch?.since ?? 0));
      expect(Math.abs((stretch?.total ?? 0) / (stretch?.rows ?? 1) - share)).toBeLessThan(0.1);
    }
  });

  it('goes on from plain JSON as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 60 }), fc.nat(60), (bins, stop) => {
        const table = betTable([rate], 1.5);
        const [whole, first] = [new EDetector(table, null), new EDetector(table, null)];
        for (const [at, bin] of bins.entries()) whole.add(table, bin, null, at, 1000);
        for (const [at, bin] of bins.slice(0, stop).entries()) first.add(table, bin, null, at, 1000);
        const second = new EDetector(table, JSON.parse(JSON.stringify(first.state())) as DetectorState);
        for (const [at, bin] of bins.slice(stop).entries()) second.add(table, bin, null, stop + at, 1000);
        expect(second.state()).toEqual(whole.state());
      }),
    );
  });

  it('lets go of a change that is over, in time that does not grow with how long it lasted', () => {
    const most = 10_000;
    for (const lasted of [200, 5000]) {
      const bins = [...draws(lasted, 0.6, 5), ...draws(600, 0.25, 6)];
      expect(evidenceOf(bins, [rate], 1, most)).toBeLessThan(1000);
    }
  });

  it('never holds more than it may', () => {
    expect(evidenceOf(draws(3000, 0.9, 7), [rate], 1, 500)).toBeCloseTo(500, 6);
  });
});
