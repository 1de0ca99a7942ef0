import { describe, expect, it } from 'vitest';
import { countErrors, type ErrorWindow, nothingCounted } from '../../../src/rollout/capped-segments.ts';
import { KeyedErrors } from '../../../src/serving/errors-by-key.ts';
import { evidenceOf, logEValue } from '../../../src/stats/error-process.ts';
import { Random } from '../../../src/training/random.ts';
import { errorRamps } from './error-ramps.ts';
import { eProcess, type ErrorRule } from './error-rules.ts';
import { nullRamps } from './null-ramps.ts';
import { comparisons, nullRampsInTime } from './pairs-in-time.ts';
import { AliasTable, growing, worlds } from './worlds.ts';

/** What pawl counts of a gateway's windows, one a look. */
function byWindows(evidences: number[]): ErrorRule {
  let counted = nothingCounted;
  let number = 0;
  let open = new Map<ErrorWindow['side'], { readonly share: number; errors: number; readonly keys: KeyedErrors }>();
  return {
    begin: () => void ([counted, number] = [nothingCounted, 0]),
    error(caller, challenger, share) {
      const side = challenger ? 'challenger' : 'champion';
      const window = open.get(side) ?? { share, errors: 0, keys: new KeyedErrors() };
      window.errors++;
      if (caller >= 0) window.keys.add(`caller ${caller}`);
      open.set(side, window);
    },
    look() {
      const startedAt = number++ * 2000;
      const windows = [...open].map(([side, { share, errors, keys }]): ErrorWindow => ({
        startedAt,
        revision: 1,
        side,
        share,
        errors,
        errorsByKey: keys.sums(),
      }));
      open = new Map();
      counted = countErrors(counted, windows);
      evidences.push(logEValue(evidenceOf(counted.segments, 1)));
      return -Infinity;
    },
  };
}

describe('simulated ramps', () => {
  it('weigh errors as the rollout does with its windows', () => {
    for (const world of worlds) {
      const rule = eProcess(world.callers, 1, 'share of callers');
      const [fast, slow]: number[][] = [[], []];
      const watched: ErrorRule = { ...rule, look: (look) => (fast?.push(rule.look(look)), -Infinity) };
      const options = { world, ramps: 2, share: growing, ratio: 1.5, requestsPerLook: 100, alpha: 0.05 };
      errorRamps(options, { watched, windows: byWindows(slow ?? []) }, new Random(7));
      expect(fast?.length).toBe(400);
      for (const [i, evidence] of (fast ?? []).entries()) expect(slow?.[i]).toBeCloseTo(evidence, 9);
    }
  });

  it('of equal versions are rolled back no more often than alpha says, by the rules alone and together', () => {
    for (const world of worlds.slice(0, 3)) {
      const { alone, together } = nullRamps(world, 30, 0.05, 11);
      // More than 5 of 30 happen once in three hundred runs at 5 %.
      for (const count of [...Object.values(alone), together]) expect(count).toBeLessThanOrEqual(5);
    }
  });

  it('of equal versions whose pairs are alike are rolled back far too often where each pair counts, and seldom enough in pawl', () => {
    for (const comparison of comparisons) {
      const { each, asWorth, alike } = nullRampsInTime(comparison, 0.9, 30, 0.05, 5);
      expect(alike).toBeGreaterThan(5);
      expect(each).toBeGreaterThan(10);
      expect(asWorth).toBeLessThanOrEqual(5);
    }
  });

  it('draw callers as often as their volumes say', () => {
    const table = new AliasTable([6, 3, 1]);
    const random = new Random(3);
    const drawn = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const at = table.draw(random);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    expect(drawn.map((count) => Math.round(count / 1000))).toEqual([6, 3, 1]);
  });
});
