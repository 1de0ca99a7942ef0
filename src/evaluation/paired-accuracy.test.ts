import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { effectivePairs, midPValue, pairedAnswers, pairedInflation, scoreInterval } from './paired-accuracy.ts';

/** The chances of 0 … n hits, each with the chance `share`. */
function binomial(n: number, share: number): number[] {
  const chances = [(1 - share) ** n];
  for (let k = 1; k <= n; k++) chances.push(((chances[k - 1] ?? 0) * (n - k + 1) * share) / (k * (1 - share)));
  return chances;
}

const tables = fc
  .tuple(fc.nat(40), fc.nat(40), fc.integer({ min: 1, max: 60 }))
  .map(([gained, lost, same]) => ({ rows: gained + lost + same, gained, lost }));

describe('paired answers', () => {
  it('are counted by who was right', () => {
    const pairs = pairedAnswers([1, 1, 0, 0, 1], Uint8Array.of(1, 1, 0, 1, 0), Uint8Array.of(1, 0, 1, 1, 1));
    expect(pairs).toEqual({ rows: 5, gained: 2, lost: 1 });
  });

  it('prove equal versions to be unequal in no more than the stated share of all outcomes, enumerated', () => {
    for (const rows of [30, 60]) {
      for (const differing of [0.05, 0.1, 0.2, 0.4, 0.8]) {
        let proven = 0;
        for (const [n, chance] of binomial(rows, differing).entries()) {
          for (const [gained, of] of binomial(n, 0.5).entries()) {
            if (midPValue({ rows, gained, lost: n - gained }) <= 0.05) proven += chance * of;
          }
        }
        expect(proven).toBeLessThan(0.052);
      }
    }
  });

  it('prove equal versions to be unequal far more often than stated where errors come in runs, unless rows count for what they say', () => {
    const random = new Random(3);
    let [plain, effective] = [0, 0];
    const trials = 1000;
    for (let trial = 0; trial < trials; trial++) {
      const rows = 336;
      const label = new Uint8Array(rows).fill(1);
      const [candidate, champion] = [new Uint8Array(rows).fill(1), new Uint8Array(rows).fill(1)];
      // One of the two, by a fair coin, errs for some hours.
      for (let row = 0; row < rows;) {
        const length = 1 + random.below(8);
        const wrong = random.next() < 0.3 ? (random.next() < 0.5 ? candidate : champion) : null;
        for (const end = Math.min(rows, row + length); row < end; row++) if (wrong !== null) wrong[row] = 0;
      }
      const pairs = pairedAnswers(label, candidate, champion);
      if (midPValue(pairs) <= 0.05) plain++;
      if (midPValue(effectivePairs(pairs, pairedInflation(label, candidate, champion))) <= 0.05) effective++;
    }
    expect(plain / trials).toBeGreaterThan(0.15);
    expect(effective / trials).toBeLessThan(0.07);
  });

  it('have two p-values, one for each side, that make 1, and fewer rows lost make a smaller one', () =>
    fc.assert(
      fc.property(tables, ({ rows, gained, lost }) => {
        const p = midPValue({ rows, gained, lost });
        expect(p + midPValue({ rows, gained: lost, lost: gained })).toBeCloseTo(1, 12);
        if (lost > 0) expect(midPValue({ rows, gained, lost: lost - 1 })).toBeLessThan(p);
      }),
    ));

  it('have an interval that holds the gain, is mirrored with the sides, and grows with the confidence', () =>
    fc.assert(
      fc.property(tables, (table) => {
        const gain = (table.gained - table.lost) / table.rows;
        const interval = scoreInterval(table, 0.9);
        const mirrored = scoreInterval({ ...table, gained: table.lost, lost: table.gained }, 0.9);
        const wider = scoreInterval(table, 0.99);
        expect(interval.low).toBeLessThanOrEqual(gain + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(gain - 1e-12);
        expect(interval.low).toBeCloseTo(-mirrored.high, 9);
        expect(wider.low).toBeLessThan(interval.low);
        expect(wider.high).toBeGreaterThan(interval.high);
      }),
    ));
});
