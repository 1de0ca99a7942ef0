import type { Random } from '../../../src/training/random.ts';
import type { ErrorRule, Look } from './error-rules.ts';
import { baseRate, Callers, looks, type World } from './worlds.ts';

export interface ErrorRamps {
  readonly world: World;
  readonly ramps: number;
  /** By look. */
  readonly share: (look: number) => number;
  /** The challenger's error rate over the champion's. */
  readonly ratio: number;
  /** Fraction of requests that fail on the champion, by look. */
  readonly rate?: (look: number) => number;
  readonly requestsPerLook: number;
  readonly looks?: number;
  readonly alpha: number;
}

/** What a rule did in each ramp: the challenger's requests when it saw harm; null where it never did. */
export type Found = readonly (number | null)[];

/** Runs ramps, all rules over the same requests. */
export function errorRamps(
  options: ErrorRamps,
  rules: Readonly<Record<string, ErrorRule>>,
  random: Random,
): Record<string, Found> {
  const { world, ratio, requestsPerLook, alpha } = options;
  const enough = Math.log(1 / alpha);
  const callers = new Callers(world, random);
  const found = Object.keys(rules).map((): (number | null)[] => []);
  const of = Object.values(rules);
  for (let ramp = 0; ramp < options.ramps; ramp++) {
    callers.redraw();
    for (const rule of of) rule.begin();
    const at = of.map((): number | null => null);
    let challengerRequests = 0;
    for (let number = 0; number < (options.looks ?? looks) && at.includes(null); number++) {
      const share = options.share(number);
      const rate = options.rate?.(number) ?? baseRate;
      const look: Look = { share, championRequests: 0, challengerRequests: 0, championErrors: 0, challengerErrors: 0 };
      for (let request = 0; request < requestsPerLook; request++) {
        const caller = callers.next();
        const challenger = (callers.place[caller] ?? 0) < share;
        const failed = callers.broken[caller] === 1 || random.next() < (challenger ? rate * ratio : rate);
        if (challenger) look.challengerRequests++;
        else look.championRequests++;
        if (!failed) continue;
        if (challenger) look.challengerErrors++;
        else look.championErrors++;
        for (const [i, rule] of of.entries()) if (at[i] === null) rule.error(world.callers > 0 ? caller : -1, challenger, share);
      }
      challengerRequests += look.challengerRequests;
      for (const [i, rule] of of.entries()) if (at[i] === null && rule.look(look) >= enough) at[i] = challengerRequests;
    }
    for (const [i, when] of at.entries()) found[i]?.push(when);
  }
  return Object.fromEntries(Object.keys(rules).map((name, i) => [name, found[i] ?? []]));
}
