import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { before } from './champion.ts';

const history = (...versions: number[]) => versions.map((version) => ({ version }));

describe('the champion to fall back to', () => {
  it('is the one that led before, and none before the first', () => {
    expect(before(history())).toBeNull();
    expect(before(history(1))).toBeNull();
    expect(before(history(1, 2))).toEqual({ version: 1 });
    expect(before(history(1, 2, 4))).toEqual({ version: 2 });
  });

  it('is never one that was itself rolled back', () => {
    expect(before(history(1, 2, 1))).toBeNull();
    expect(before(history(1, 2, 1, 3))).toEqual({ version: 1 });
    expect(before(history(1, 2, 3, 2))).toEqual({ version: 1 });
  });

  it('leads back to the first version in the end, each version once, whatever was promoted', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (promoted) => {
        const moves = history(...promoted);
        for (let step = promoted.length - 2; step >= 0; step--) {
          const back = before(moves);
          expect(back?.version).toBe(promoted[step]);
          if (back !== null) moves.push(back);
        }
        expect(before(moves)).toBeNull();
      }),
    );
  });
});
