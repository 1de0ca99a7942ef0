import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logEValueAbove } from '../stats/betting.ts';
import { beginTruth, estimateSentence, type PairedLoss, truthIsOpen, weighTruth } from './late-labels.ts';

const begun = beginTruth({
  promoted: 2,
  former: 1,
  promotedAt: 1000,
  estimate: estimateSentence('accuracy', 0.821, 0.794, 1, 336),
});
const classes = { task: 'binary-classification', worseBy: 0, formerMae: null, block: 1 } as const;

/** Of 100 pairs so many that only one of the two has right; the others both. */
const pairs = (onlyPromoted: number, onlyFormer: number, times = 1): PairedLoss[] =>
  Array.from({ length: 100 * times }, (_, i) => ({
    promoted: Number(i % 100 < onlyFormer),
    former: Number(i % 100 >= 100 - onlyPromoted),
  }));
const evidence = (state: typeof begun) => Math.exp(logEValueAbove(state.differences, 0));

describe('a promotion held against labels that came after it', () => {
  it('stands while the promoted version is better, or as good', () => {
    expect(weighTruth(begun, pairs(12, 8, 100), classes).finding).toBeNull();
    expect(weighTruth(begun, pairs(10, 10, 100), classes).finding).toBeNull();
  });

  it('was wrong when the version before it has more right, by more than chance', () => {
    expect(weighTruth(begun, pairs(8, 12, 2), classes).finding).toBeNull();
    const { finding } = weighTruth(begun, pairs(6, 14, 10), classes);
    expect(finding?.because).toContain(
      'v2 was promoted with an accuracy of 82.1 % against 79.4 % of v1 on 336 held-out rows; of 1,000 labels that came since, ' +
        'on requests that both scored, v2 had 86 % right and v1 94 %, 8 points more (',
    );
    expect(finding?.because).toMatch(/\(\d(\.\d)? to 1\d(\.\d)? points\)$/);
  });

  it('may be worse by what the policy allows', () => {
    expect(weighTruth(begun, pairs(8, 12, 50), { ...classes, worseBy: 0.05 }).finding).toBeNull();
  });

  it('goes by the error that a quantile, or counts, were promoted by', () => {
    const terms = { task: 'regression', worseBy: 0, formerMae: 80, block: 1 } as const;
    const losses = Array.from({ length: 1000 }, (): PairedLoss => ({ promoted: 3, former: 2 }));
    const of = (asked: { quantile: number | null; counts: boolean }) =>
      weighTruth(beginTruth({ ...begun, terms: asked, formerError: 2 }), losses, terms).finding?.because;
    expect(of({ quantile: 0.9, counts: false })).toContain('the pinball loss is 3 against 2 of v1, 1 more (');
    expect(of({ quantile: null, counts: true })).toContain('the Poisson deviance is 3 against 2 of v1, 1 more (');
    expect(estimateSentence('poisson_deviance', 1.2, 1.4, 1, 300)).toBe(
      'with a Poisson deviance of 1.2 against 1.4 of v1 on 300 held-out rows',
    );
  });

  it('goes by absolute errors in regression, and is not decided by one absurd label', () => {
    const terms = { task: 'regression', worseBy: 0, formerMae: 80, block: 1 } as const;
    const errors = (promoted: number, former: number, count: number) =>
      Array.from({ length: count }, (): PairedLoss => ({ promoted, former }));
    expect(weighTruth(begun, [{ promoted: 1e9, former: 1 }], terms).finding).toBeNull();
    expect(weighTruth(begun, errors(80, 95, 2000), terms).finding).toBeNull();
    expect(weighTruth(begun, errors(110, 80, 1000), terms).finding?.because).toMatch(
      /the MAE is 110 against 80 of v1, 30 more \(\d/,
    );
  });

  it('is judged alike however its labels are ordered and cut into looks', () => {
    const one = fc.record({ promoted: fc.constantFrom(0, 1), former: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), fc.nat(60), (all, cut) => {
        const once = weighTruth(begun, all, classes).state;
        const first = weighTruth(begun, all.toReversed().slice(0, cut), classes).state;
        const twice = weighTruth(first, all.toReversed().slice(cut), classes).state;
        expect(twice.pairs).toBe(once.pairs);
        expect(twice.differences).toEqual(once.differences);
      }),
    );
  });

  it('has evidence of 1 on average while both are as good: by enumeration', () => {
    const outcomes = [
      { promoted: 1, former: 0, chance: 0.2 },
      { promoted: 0, former: 1, chance: 0.2 },
      { promoted: 0, former: 0, chance: 0.6 },
    ];
    let all = [{ state: begun, chance: 1 }];
    for (let i = 0; i < 6; i++) {
      all = all.flatMap(({ state, chance }) =>
        outcomes.map((one) => ({ state: weighTruth(state, [one], classes).state, chance: chance * one.chance })),
      );
    }
    expect(all.reduce((sum, { state, chance }) => sum + chance * evidence(state), 0)).toBeCloseTo(1, 9);
  });

  it('takes pairs that follow each other for as few as they are worth', () => {
    // Days on which the one or the other has everything right: twelve days say little, whatever the number of pairs.
    const days = Array.from({ length: 12 * 50 }, (_, i): PairedLoss => {
      const bad = Number(Math.floor(i / 50) % 3 !== 0);
      return { promoted: bad, former: 1 - bad };
    });
    expect(weighTruth(begun, days, classes).finding).not.toBeNull();
    const blocks = { ...classes, block: 50 };
    const { state, finding } = weighTruth(begun, days, blocks);
    expect(finding).toBeNull();
    const first = weighTruth(begun, days.slice(0, 217), blocks).state;
    expect(weighTruth(first, days.slice(217), blocks).state).toEqual(state);
  });

  it('is closed after its time', () => {
    expect(truthIsOpen(begun, { for: 500 }, 1400)).toBe(true);
    expect(truthIsOpen(begun, { for: 500 }, 1500)).toBe(false);
    expect(truthIsOpen(begun, undefined, 1001)).toBe(false);
  });
});
