import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { asymptoticSequence, empiricalBernsteinSequence } from './confidence-sequence.ts';
import { standardDeviation, summarise } from './summary.ts';

/** Values from 0 to 1 with a mean of 0.25. */
function values(count: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next() * random.next());
}

describe('confidence sequences', () => {
  it('hold the mean at all looks at once in more runs than alpha says, and narrow', () => {
    const [runs, alpha] = [60, 0.1];
    const missed = { asymptotic: 0, bernstein: 0 };
    for (let run = 0; run < runs; run++) {
      const all = values(600, run);
      const looks = Array.from({ length: 20 }, (_, i) => all.slice(0, (i + 1) * 30));
      const outside = ({ low, high }: { low: number; high: number }) => low > 0.25 || high < 0.25;
      const asymptotic = looks.map((some) => {
        const summary = summarise(some);
        return asymptoticSequence({ ...summary, standardDeviation: standardDeviation(summary) }, alpha);
      });
      const bernstein = looks.map((some) => empiricalBernsteinSequence(some, alpha));
      if (asymptotic.some(outside)) missed.asymptotic++;
      if (bernstein.some(outside)) missed.bernstein++;
      for (const all of [asymptotic, bernstein]) {
        const [first, last] = [all[0], all.at(-1)];
        expect((last?.high ?? 1) - (last?.low ?? 0)).toBeLessThan((first?.high ?? 0) - (first?.low ?? 0));
      }
    }
    expect(missed.asymptotic / runs).toBeLessThanOrEqual(alpha);
    expect(missed.bernstein / runs).toBeLessThanOrEqual(alpha);
  });

  it('know nothing before there is a spread', () => {
    expect(asymptoticSequence({ count: 1, mean: 3, standardDeviation: 0 }, 0.05)).toEqual({ low: -Infinity, high: Infinity });
    expect(empiricalBernsteinSequence([], 0.05)).toEqual({ low: 0, high: 1 });
  });
});
