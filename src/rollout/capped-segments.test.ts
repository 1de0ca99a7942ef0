import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addErrorsByKey, KeyedErrors, keyHash, mostKeys, noErrors } from '../serving/errors-by-key.ts';
import { countErrors, type ErrorWindow, nothingCounted } from './capped-segments.ts';

/** A window in which these callers failed so often, and so many requests without a key. */
function windowOf(
  at: Pick<ErrorWindow, 'startedAt' | 'side' | 'share'> & { readonly revision?: number },
  failed: Readonly<Record<string, number>>,
  withoutKey = 0,
): ErrorWindow {
  const counted = new KeyedErrors();
  let errors = withoutKey;
  for (const [key, times] of Object.entries(failed)) for (let i = 0; i < times; i++, errors++) counted.add(key);
  return { revision: 1, ...at, errors, errorsByKey: counted.sums() };
}

const at = (startedAt: number, side: ErrorWindow['side'], share: number) => ({ startedAt, side, share });

const windows = fc.array(
  fc
    .record({
      startedAt: fc.nat(5000),
      side: fc.constantFrom('champion' as const, 'challenger' as const),
      share: fc.constantFrom(0, 0.05, 0.25, 1),
      failed: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 5 })),
      withoutKey: fc.nat(3),
    })
    .map(({ failed, withoutKey, ...where }) => windowOf(where, failed, withoutKey)),
  { maxLength: 12 },
);

describe('errors by caller', () => {
  it('count the first of each caller, on the side and at the share where it was', () => {
    const { segments, callers } = countErrors(nothingCounted, [
      windowOf(at(0, 'champion', 0.05), { heavy: 400, other: 1 }),
      windowOf(at(0, 'challenger', 0.05), { unlucky: 2 }),
      // The heavy caller has moved to the challenger with the larger share: nothing new.
      windowOf(at(2000, 'challenger', 0.25), { heavy: 100, fresh: 1, unlucky: 7 }),
    ]);
    expect(segments).toEqual([
      { share: 0.05, championErrors: 2, challengerErrors: 1 },
      { share: 0.25, championErrors: 0, challengerErrors: 1 },
    ]);
    expect(callers).toEqual(new Set(['heavy', 'other', 'unlucky', 'fresh'].map(keyHash)));
  });

  it('count each of those without a key', () => {
    const { segments } = countErrors(nothingCounted, [
      windowOf(at(0, 'champion', 0.1), { a: 3 }, 5),
      windowOf(at(0, 'challenger', 0.1), {}, 2),
    ]);
    expect(segments).toEqual([{ share: 0.1, championErrors: 6, challengerErrors: 2 }]);
  });

  it('leave out what was answered by one side alone, and leave its callers to count later', () => {
    const { segments } = countErrors(nothingCounted, [
      windowOf(at(0, 'champion', 0), { a: 1 }, 1),
      windowOf(at(2000, 'champion', 0.5), { a: 1 }),
      windowOf(at(4000, 'challenger', 1), { b: 1 }),
    ]);
    expect(segments).toEqual([{ share: 0.5, championErrors: 1, challengerErrors: 0 }]);
  });

  it('take a caller that failed on both sides at once for the champion', () => {
    const both = [windowOf(at(0, 'challenger', 0.5), { a: 1 }), windowOf(at(0, 'champion', 0.5), { a: 1 })];
    expect(countErrors(nothingCounted, both).segments).toEqual([{ share: 0.5, championErrors: 1, challengerErrors: 0 }]);
  });

  it('depend on neither the order of the windows nor on which gateways they came from', () => {
    fc.assert(
      fc.property(windows, windows, (some, others) => {
        const whole = countErrors(nothingCounted, [...some, ...others]);
        expect(countErrors(nothingCounted, [...others, ...some].toReversed())).toEqual(whole);
        const [first] = some;
        if (first === undefined) return;
        // Two gateways that each saw the same failures say of callers what one says.
        const twice = countErrors(nothingCounted, [
          ...some,
          ...others,
          { ...first, errors: first.errorsByKey.counts.reduce((a, b) => a + b, 0) },
        ]);
        expect(twice).toEqual(whole);
      }),
    );
  });

  it('are the same when earlier windows were counted before', () => {
    fc.assert(
      fc.property(windows, (all) => {
        const [early, late] = [all.filter(({ startedAt }) => startedAt < 2000), all.filter(({ startedAt }) => startedAt >= 2000)];
        expect(countErrors(countErrors(nothingCounted, early), late)).toEqual(countErrors(nothingCounted, all));
      }),
    );
  });

  it('are merged by window as they are counted apart', () => {
    const [one, other] = [windowOf(at(0, 'champion', 0.1), { a: 2, b: 1 }, 1), windowOf(at(0, 'champion', 0.1), { b: 4, c: 1 })];
    const merged = { ...one, errors: one.errors + other.errors, errorsByKey: addErrorsByKey(one.errorsByKey, other.errorsByKey) };
    expect(countErrors(nothingCounted, [merged])).toEqual(countErrors(nothingCounted, [one, other]));
    expect(countErrors(nothingCounted, [{ ...one, errors: 0, errorsByKey: noErrors }])).toEqual(nothingCounted);
  });

  it('count callers of the same hashes on both sides where one side had too many to keep apart', () => {
    const failed = Object.fromEntries(Array.from({ length: 4 * mostKeys }, (_, i) => [`caller ${i}`, 1]));
    const few = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`challenger's ${i}`, 1]));
    const crowded = windowOf(at(0, 'champion', 0.1), failed);
    const stop = crowded.errorsByKey.keys.at(-1) ?? 0;
    const { segments } = countErrors(nothingCounted, [crowded, windowOf(at(500, 'challenger', 0.1), few)]);
    const below = Object.keys(few).filter((key) => keyHash(key) <= stop).length;
    expect(below).toBeLessThan(20);
    expect(segments).toEqual([{ share: 0.1, championErrors: mostKeys, challengerErrors: below }]);
  });
});
