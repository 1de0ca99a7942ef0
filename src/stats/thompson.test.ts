import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityBetter } from './thompson.ts';

const rewards = fc.record({ right: fc.nat(400), wrong: fc.nat(400) });

/** The integral over both densities, by the midpoint rule. */
function byQuadrature(a: { right: number; wrong: number }, b: { right: number; wrong: number }): number {
  const points = 20_000;
  const density = ({ right, wrong }: { right: number; wrong: number }) => {
    const logs = Array.from({ length: points }, (_, i) => {
      const x = (i + 0.5) / points;
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

  it('grows with each right answer, and falls with each wrong one', () => {
    fc.assert(
      fc.property(rewards, rewards, (a, b) => {
        expect(probabilityBetter({ ...a, wrong: a.wrong + 1 }, b)).toBeLessThanOrEqual(probabilityBetter(a, b) + 1e-9);
        expect(probabilityBetter({ ...a, right: a.right + 1 }, b)).toBeGreaterThanOrEqual(probabilityBetter(a, b) - 1e-9);
      }),
    );
  });

  it('is what is left of being wrong more often', () => {
    const swapped = ({ right, wrong }: { right: number; wrong: number }) => ({ right: wrong, wrong: right });
    fc.assert(
      fc.property(rewards, rewards, (a, b) => {
        expect(probabilityBetter(a, b)).toBeCloseTo(1 - probabilityBetter(swapped(a), swapped(b)), 7);
      }),
    );
  });

  it('is as exact where few of very many answers are wrong', () => {
    for (const [a, b] of [
      [
        { right: 60_000, wrong: 3 },
        { right: 59_000, wrong: 9 },
      ],
      [
        { right: 200_000, wrong: 40 },
        { right: 90_000, wrong: 22 },
      ],
    ] as const) {
      // Rates of rare events are Gamma-distributed: the lower of two has a negative binomial sum.
      const own = (a.right + a.wrong) / (a.right + a.wrong + b.right + b.wrong);
      let term = own ** (a.wrong + 1);
      let expected = 0;
      for (let i = 0; i <= b.wrong; i++) {
        expected += term;
        term *= ((a.wrong + 1 + i) / (i + 1)) * (1 - own);
      }
      expect(probabilityBetter(a, b)).toBeCloseTo(expected, 3);
    }
  });

  it('goes over into the normal approximation without a jump, and moves by nothing of account there', () => {
    for (const wrong of [5000, 5600, 6300]) {
      const other = { right: 9000, wrong: 5400 };
      const around = [4999, 5000].map((least) => probabilityBetter({ right: 8900, wrong }, { ...other, wrong: least }));
      expect(Math.abs((around[1] ?? 0) - (around[0] ?? 0))).toBeLessThan(0.003);
      const [a, b] = [{ right: 8900, wrong }, other];
      expect(Math.abs(probabilityBetter(a, b) - byQuadrature(a, b))).toBeLessThan(0.002);
    }
  });
});
