import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorEvidence, type ErrorStep, logEValue, ratios } from './first-errors.ts';

const none = { callers: new Set<number>(), withoutKey: 0 };
const split = (share: number, champion: readonly number[], challenger: readonly number[]): ErrorStep => ({
  kind: 'split',
  share,
  champion: { callers: new Set(champion), withoutKey: 0 },
  challenger: { callers: new Set(challenger), withoutKey: 0 },
});
const eValue = (steps: readonly ErrorStep[], allowed?: number) => Math.exp(logEValue(errorEvidence(steps, allowed)));

describe('the evidence of first errors', () => {
  it('is that of the formula', () => {
    // theta_1 = .1, theta_2 = .2/1.1
    const { logs, callers, withChallenger, expected } = errorEvidence([split(0.1, [1, 2, 3], [4, 5])]);
    expect(logs[ratios.indexOf(2)]).toBeCloseTo(2 * Math.log(2 / 1.1) + 3 * Math.log(0.9 / 1.1 / 0.9), 12);
    expect({ callers, withChallenger, expected }).toEqual({ callers: 5, withChallenger: 2, expected: 0.5 });
    expect(errorEvidence([]).logs).toEqual(ratios.map(() => 0));
  });

  /** Every way in which the buckets of so many callers can lie between the shares, with its probability. */
  function* draws(shares: readonly number[], callers: number): Generator<{ places: number[]; probability: number }> {
    const edges = [0, ...shares, 1];
    for (let code = 0; code < (edges.length - 1) ** callers; code++) {
      const places = Array.from({ length: callers }, (_, i) => Math.floor(code / (edges.length - 1) ** i) % (edges.length - 1));
      yield { places, probability: places.reduce((p, at) => p * ((edges[at + 1] ?? 0) - (edges[at] ?? 0)), 1) };
    }
  }

  it('is 1 on average where versions make no difference, whoever fails how often and when', () => {
    const shares = [0.05, 0.25, 0.5];
    fc.assert(
      fc.property(
        // In which of the steps each of three callers meets errors.
        fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
        (fails) => {
          let mean = 0;
          for (const { places, probability } of draws(shares, 3)) {
            const steps = shares.map((share, step) => {
              const met = fails.flatMap((when, caller) => (when[step] === true ? [caller] : []));
              return split(
                share,
                met.filter((caller) => (places[caller] ?? 0) > step),
                met.filter((caller) => (places[caller] ?? 0) <= step),
              );
            });
            mean += probability * eValue(steps);
          }
          expect(mean).toBeCloseTo(1, 10);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is at most 1 on average where the challenger fails as often as is allowed, or less', () => {
    for (const allowed of [1, 1.5, 3]) {
      for (const ratio of [0.5, 1, allowed]) {
        if (ratio > allowed) continue;
        const [p, callers] = [0.25, 6];
        const challengers = (p * ratio) / (p * ratio + 1 - p);
        let mean = 0;
        for (let code = 0; code < 2 ** callers; code++) {
          const sides = Array.from({ length: callers }, (_, i) => ((code >> i) & 1) === 1);
          const ids = sides.map((_, i) => i);
          const step = split(
            p,
            ids.filter((i) => !sides[i]),
            ids.filter((i) => sides[i]),
          );
          mean += sides.reduce((all, with_) => all * (with_ ? challengers : 1 - challengers), 1) * eValue([step], allowed);
        }
        expect(mean).toBeLessThanOrEqual(1 + 1e-12);
        if (ratio === allowed) expect(mean).toBeCloseTo(1, 10);
      }
    }
  });

  it('does not depend on the order of the callers', () => {
    const callers = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(callers, callers), { maxLength: 3 }), fc.integer(), (sides, seed) => {
        const shuffled = (ids: number[]) => ids.toSorted((a, b) => ((a * 31 + seed) % 17) - ((b * 31 + seed) % 17));
        const steps = sides.map(([a, b], i) => split((i + 1) / 4, a, b));
        const mixed = sides.map(([a, b], i) => split((i + 1) / 4, shuffled(a), shuffled(b)));
        expect(errorEvidence(mixed)).toEqual(errorEvidence(steps));
      }),
    );
  });

  it('hears a broken caller once in a step, and not where its side was certain', () => {
    const once = errorEvidence([split(0.05, [1], []), split(0.25, [1], [])]);
    expect(once.callers).toBe(2);
    // Known to be the challenger's at 5 %, it is so at 25 %.
    expect(errorEvidence([split(0.05, [], [1]), split(0.25, [], [1])]).callers).toBe(1);
    // One that was not within 5 % is within 25 % with 20 of 95.
    expect(errorEvidence([split(0.05, [1], []), split(0.25, [], [1])]).expected).toBeCloseTo(0.05 + 0.2 / 0.95, 12);
  });

  it('hears nothing of a caller that met both in one step', () => {
    expect(errorEvidence([split(0.25, [1, 2], [2])])).toEqual(errorEvidence([split(0.25, [1], [])]));
    expect(errorEvidence([split(0.25, [1], [1]), split(0.5, [1], [])]).callers).toBe(0);
  });

  it('counts requests without a key each', () => {
    const keyless: ErrorStep = {
      kind: 'split',
      share: 0.1,
      champion: { ...none, withoutKey: 3 },
      challenger: { ...none, withoutKey: 2 },
    };
    const named = errorEvidence([split(0.1, [1, 2, 3], [4, 5])]);
    expect(logEValue(errorEvidence([keyless]))).toBeCloseTo(logEValue(named), 12);
    expect(errorEvidence([keyless]).callers).toBe(named.callers);
  });

  it('compares versions that score the same requests', () => {
    const challenger = { callers: new Set([1, 2, 3]), withoutKey: 0 };
    const beside: ErrorStep = { kind: 'beside', share: 1, besideIs: 'challenger', champion: none, challenger };
    expect(errorEvidence([beside])).toMatchObject({ callers: 3, expected: 1.5 });
    expect(errorEvidence([{ ...beside, share: 0.25 }]).expected).toBeCloseTo(3 * 0.2, 12);
    expect(errorEvidence([{ ...beside, share: 0.25, besideIs: 'champion' }]).expected).toBeCloseTo(3 * 0.8, 12);
    expect(errorEvidence([{ ...beside, share: 0 }]).callers).toBe(0);
  });

  it('learns nothing at shares of nobody and of everybody', () => {
    expect(errorEvidence([split(0, [1], []), split(1, [], [1, 2])]).callers).toBe(0);
  });

  it('grows with what the challenger does, and shrinks with what the champion does', () => {
    const many = (n: number, from: number) => Array.from({ length: n }, (_, i) => from + i);
    const e = (champion: number, challenger: number) => eValue([split(0.1, many(champion, 0), many(challenger, 1000))]);
    expect(e(90, 10)).toBeLessThan(1);
    expect(e(90, 30)).toBeGreaterThan(20);
    for (let n = 10; n < 30; n++) expect(e(90, n + 1)).toBeGreaterThan(e(90, n));
    for (let n = 60; n < 90; n++) expect(e(n + 1, 20)).toBeLessThan(e(n, 20));
  });
});
