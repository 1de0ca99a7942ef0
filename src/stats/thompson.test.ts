import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityBetter } from './thompson.ts';

const rewards = fc.record({ right: fc.nat(400), wrong: fc.nat(400) });

/** The integral over both densities, by the trapezoidal rule. */
function byQuadrature(a: { right: number; wrong: number }, b: { right: number; wrong: number }): number {
  const points = 4000;
  const density = ({ right, wrong }: { right: number; wrong: number }) => {
    const logs = Array.from({ length: points - 1 }, (_, i) => {
      const x = (i + 1) / points;
      return right * Math.log(x) + wrong * Math.log(1 - x);
    });
    const top = Math.max(...logs);
    const values = logs.map((log) => Math.exp(log - top));
    const total = values.reduce((sum, value) => sum + value, 0);
    return values.map((value) => value / total);
  };
  const [pa, pb] = [density(a), density(b)];
  let below = 0;
  let sum = 0;
  for (let i = 0; i < pa.length; i++) {
    sum += (pa[i] ?? 0) * (below + (pb[i] ?? 0) / 2);
    below += pb[i] ?? 0;
  }
  return sum;
}

describe('the probability that one version is right more often', () => {
  it('is a half where nothing is known, or both did the same', () => {
    expect(probabilityBetter({ right: 0, wrong: 0 }, { right: 0, wrong: 0 })).toBeCloseTo(0.5, 10);
    expect(probabilityBetter({ right: 70, wrong: 30 }, { right: 70, wrong: 30 })).toBeCloseTo(0.5, 8);
  });

  it('is what the integral over both posteriors says', () => {
    fc.assert(
      fc.property(rewards, rewards, (a, b) => {
        expect(probabilityBetter(a, b)).toBeCloseTo(byQuadrature(a, b), 3);
      }),
      { numRuns: 40 },
    );
  });

  it('adds up to one with that of the other', () => {
    fc.assert(
      fc.property(rewards, rewards, (a, b) => {
        expect(probabilityBetter(a, b) + probabilityBetter(b, a)).toBeCloseTo(1, 7);
      }),
    );
  });

  it('grows with each right answer', () => {
    fc.assert(
      fc.property(rewards, rewards, (a, b) => {
        expect(probabilityBetter({ ...a, right: a.right + 1 }, b)).toBeGreaterThanOrEqual(probabilityBetter(a, b) - 1e-9);
      }),
    );
  });

  it('goes over into the normal approximation without a jump', () => {
    for (const wrong of [1000, 1100, 1250]) {
      const [below, above] = [4999, 5000].map((right) => probabilityBetter({ right, wrong }, { right: 4900, wrong: 1100 }));
      expect(Math.abs((above ?? 0) - (below ?? 0))).toBeLessThan(0.003);
    }
  });
});
