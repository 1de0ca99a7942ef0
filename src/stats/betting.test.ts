import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLosses, countLosses, logEValueAbove, logEValueBelow, lossBounds, noLosses, fewerLosses } from './betting.ts';

const losses = fc.array(fc.constantFrom(-1, -0.5, 0, 0.25, 1), { maxLength: 200 });

/** All sequences of so many values, with their probabilities. */
function* sequences(
  length: number,
  of: readonly (readonly [value: number, probability: number])[],
): Generator<[number[], number]> {
  if (length === 0) return void (yield [[], 1]);
  for (const [before, chance] of sequences(length - 1, of))
    for (const [value, probability] of of) yield [[...before, value], chance * probability];
}

describe('betting on the mean of losses', () => {
  it('has e-values of 1 on average at the margin, less below it, and reaches 1/alpha as rarely as alpha, by enumeration', () => {
    for (const { margin, of } of [
      {
        margin: 0,
        of: [
          [-1, 0.2],
          [0, 0.6],
          [1, 0.2],
        ] as const,
      },
      {
        margin: 0.2,
        of: [
          [-1, 0.1],
          [0, 0.6],
          [1, 0.3],
        ] as const,
      },
      {
        margin: -0.4,
        of: [
          [-1, 0.6],
          [0.5, 0.4],
        ] as const,
      },
    ]) {
      let [mean, reached] = [0, 0];
      for (const [values, probability] of sequences(7, of)) {
        const all = values.map((_, i) => logEValueAbove(countLosses(values.slice(0, i + 1)), margin));
        mean += probability * Math.exp(all.at(-1) ?? 0);
        if (all.some((log) => log >= Math.log(1 / 0.2))) reached += probability;
      }
      expect(mean).toBeCloseTo(1, 10);
      expect(reached).toBeLessThanOrEqual(0.2);
    }
    let below = 0;
    for (const [values, probability] of sequences(7, [
      [-1, 0.3],
      [0, 0.6],
      [1, 0.1],
    ]))
      below += probability * Math.exp(logEValueAbove(countLosses(values), 0));
    expect(below).toBeLessThan(1);
  });

  it('is the same for sums of parts in any order as for all at once', () => {
    fc.assert(
      fc.property(losses, losses, fc.double({ min: -0.9, max: 0.9, noNaN: true }), (some, others, margin) => {
        const parts = addLosses(countLosses(some), countLosses(others));
        expect(parts).toEqual(countLosses([...others, ...some]));
        expect(logEValueAbove(parts, margin)).toBe(logEValueAbove(countLosses([...others, ...some].toReversed()), margin));
      }),
    );
  });

  it('bounds the mean between what evidence excludes on either side', () => {
    fc.assert(
      fc.property(
        losses.filter(({ length }) => length > 0),
        (values) => {
          const sums = countLosses(values);
          const { low, high } = lossBounds(sums, 0.1);
          const mean = values.reduce((sum: number, value) => sum + value, 0) / values.length;
          expect(low).toBeLessThanOrEqual(mean);
          expect(high).toBeGreaterThanOrEqual(mean);
          const enough = Math.log(1 / 0.05);
          if (low > -0.999) expect(logEValueAbove(sums, low - 1e-3)).toBeGreaterThanOrEqual(enough - 1e-9);
          if (high < 0.999) expect(logEValueBelow(sums, high + 1e-3)).toBeGreaterThanOrEqual(enough - 1e-9);
          if (mean > -1) expect(logEValueAbove(sums, mean)).toBeLessThan(enough);
        },
      ),
    );
  });

  it('is narrower with more losses of the same kind', () => {
    const of = (times: number) => lossBounds({ losses: [-1, 0, 1], counts: [4 * times, 90 * times, 6 * times] }, 0.05);
    expect(of(40).high - of(40).low).toBeLessThan((of(4).high - of(4).low) / 2);
    expect(of(40).low).toBeGreaterThan(0);
    expect(of(4).low).toBeLessThan(0);
  });

  it('says less the fewer losses are worth, and with as many times more of them the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (values, times) => {
          const sums = countLosses(values);
          const fewer = lossBounds(fewerLosses(sums, times), 0.05);
          const { low, high } = lossBounds(sums, 0.05);
          expect(fewer.low).toBeLessThanOrEqual(low + 1e-9);
          expect(fewer.high).toBeGreaterThanOrEqual(high - 1e-9);
          const many = countLosses(Array.from({ length: times }, () => values).flat());
          expect(logEValueAbove(fewerLosses(many, times), 0)).toBeCloseTo(logEValueAbove(sums, 0), 9);
        },
      ),
    );
  });

  it('knows nothing without a loss, and refuses what is none', () => {
    const { low, high } = lossBounds(noLosses, 0.05);
    expect([low, high]).toEqual([-1, 1]);
    expect(logEValueAbove(noLosses, 0)).toBe(0);
    expect(() => countLosses([0.5, 1.1])).toThrow('not from -1 to 1');
    expect(() => countLosses([NaN])).toThrow('not from -1 to 1');
  });
});
