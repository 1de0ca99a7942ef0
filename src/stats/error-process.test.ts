import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addEvidence, evidenceOf, logEValue, segmentEvidence } from './error-process.ts';

const binomial = (n: number, k: number): number => (k === 0 ? 1 : (binomial(n, k - 1) * (n - k + 1)) / k);
const chance = (n: number, k: number, p: number) => binomial(n, k) * p ** k * (1 - p) ** (n - k);

/** The e-value's mean over all that so many requests can bring, exactly. */
function meanEValue(champion: number, challenger: number, rate: number, ratio: number, allowed: number): number {
  let mean = 0;
  for (let x0 = 0; x0 <= champion; x0++)
    for (let x1 = 0; x1 <= challenger; x1++) {
      const segment = { share: challenger / (champion + challenger), championErrors: x0, challengerErrors: x1 };
      const probability = chance(champion, x0, rate) * chance(challenger, x1, rate * ratio);
      mean += probability * Math.exp(logEValue(segmentEvidence(segment, allowed)));
    }
  return mean;
}

const segments = fc.array(
  fc.record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    championErrors: fc.nat(200),
    challengerErrors: fc.nat(200),
  }),
  { maxLength: 8 },
);

describe('the e-process on errors', () => {
  it('has e-values of 1 at most on average while the challenger is no worse than allowed, by enumeration', () => {
    for (const [champion, challenger] of [
      [9, 1],
      [5, 5],
      [3, 8],
      [0, 4],
    ] as const)
      for (const rate of [0.01, 0.1, 0.4])
        for (const allowed of [1, 1.5, 2])
          for (const ratio of [0.2, 0.8, 1, 1.5, 2].filter((one) => one <= allowed))
            expect(meanEValue(champion, challenger, rate, ratio, allowed)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('has e-values of just 1 on average where only whom errors belong to is chance, by enumeration', () => {
    for (const share of [0.05, 0.25, 0.5])
      for (const errors of [1, 4, 10]) {
        let mean = 0;
        for (let x = 0; x <= errors; x++) {
          const segment = { share, championErrors: errors - x, challengerErrors: x };
          mean += chance(errors, x, share) * Math.exp(logEValue(segmentEvidence(segment, 1)));
        }
        expect(mean).toBeCloseTo(1, 12);
      }
  });

  it('grows beyond 1 on average where the challenger fails twice as often', () => {
    expect(meanEValue(10, 10, 0.2, 2, 1)).toBeGreaterThan(1.5);
  });

  it('depends on neither the order nor the grouping of segments, nor on whose windows were merged', () => {
    fc.assert(
      fc.property(segments, fc.nat(8), fc.double({ min: 0.5, max: 3, noNaN: true }), (all, cut, ratio) => {
        const whole = logEValue(evidenceOf(all, ratio));
        expect(logEValue(evidenceOf(all.toReversed(), ratio))).toBeCloseTo(whole, 6);
        const parts = addEvidence(evidenceOf(all.slice(cut), ratio), evidenceOf(all.slice(0, cut), ratio));
        expect(logEValue(parts)).toBeCloseTo(whole, 6);
      }),
    );
    const [one, other] = [
      { share: 0.1, championErrors: 40, challengerErrors: 9 },
      { share: 0.1, championErrors: 2, challengerErrors: 0 },
    ];
    const merged = { share: 0.1, championErrors: 42, challengerErrors: 9 };
    expect(logEValue(evidenceOf([one, other], 1))).toBeCloseTo(logEValue(segmentEvidence(merged, 1)), 12);
  });

  it('falls with each error of the champion and rises with each of the challenger, and more so under a smaller share', () => {
    const at = (share: number, championErrors: number, challengerErrors: number) =>
      logEValue(segmentEvidence({ share, championErrors, challengerErrors }, 1));
    expect(at(0.1, 10, 4)).toBeLessThan(at(0.1, 9, 4));
    expect(at(0.1, 10, 4)).toBeLessThan(at(0.1, 10, 5));
    expect(at(0.1, 10, 4)).toBeLessThan(at(0.05, 10, 4));
  });

  it('sees nothing where one side answers everything', () => {
    for (const share of [0, 1]) expect(logEValue(segmentEvidence({ share, championErrors: 5, challengerErrors: 5 }, 1))).toBe(0);
  });
});
