import { Random } from '../../../src/training/random.ts';
import { percent } from '../../../src/stats/wording.ts';
import { median } from '../../statistics.ts';
import type { PartTable } from '../part.ts';
import { errorRamps } from './error-ramps.ts';
import { bayesian, eProcess, type ErrorRule, pooled, zTest } from './error-rules.ts';
import { baseRate, growing, looks, steady, type World, worlds } from './worlds.ts';

interface Setting {
  readonly name: string;
  readonly world: World;
  readonly share: (look: number) => number;
  readonly ratio: number;
  readonly rate?: (look: number) => number;
}

/** Of one rule in one setting. */
export interface RivalResult {
  readonly setting: string;
  readonly ratio: number;
  readonly rule: string;
  readonly ramps: number;
  /** Rolled back: by mistake where the ratio is 1. */
  readonly rolledBack: number;
  /** The challenger's requests until then, the median of those ramps. */
  readonly requests: number | null;
}

/** A bad quarter of the time, with the first step of the ramp in it. */
const calmingDown = (look: number) => (look < looks / 4 ? 2 * baseRate : baseRate / 4);

function settings(): Setting[] {
  const found = [1, 2].flatMap((ratio) => [
    ...worlds.slice(0, 1).map((world) => ({ name: `${world.name}, 10 %`, world, share: steady(0.1), ratio })),
    ...worlds.map((world) => ({ name: `${world.name}, growing`, world, share: growing, ratio })),
  ]);
  const [independent] = worlds;
  return independent === undefined
    ? found
    : [...found, { name: 'errors become fewer, growing', world: independent, share: growing, ratio: 2, rate: calmingDown }];
}

function rules(world: World): Record<string, ErrorRule> {
  return {
    'pawl: one error a caller, share of callers': eProcess(world.callers, 1, 'share of callers'),
    'cap of 3, share of requests': eProcess(world.callers, 3, 'share of requests'),
    'no cap, share of requests': eProcess(world.callers, Infinity, 'share of requests'),
    'no cap, nominal share': eProcess(world.callers, Infinity, 'share of callers'),
    'no cap, pooled over the ramp': pooled(),
    'z-test at every look': zTest(),
    'Bayesian rule at 95 %': bayesian(),
  };
}

/** What other rules on errors do on the same ramps. */
export function rivals(ramps: number, seed: number, alpha: number): RivalResult[] {
  return settings().flatMap(({ name, world, share, ratio, rate }) => {
    const options = { world, ramps, share, ratio, requestsPerLook: 250, alpha, ...(rate === undefined ? {} : { rate }) };
    return Object.entries(errorRamps(options, rules(world), new Random(seed))).map(([rule, found]) => {
      const harmed = found.filter((requests) => requests !== null);
      const requests = harmed.length === 0 ? null : median(harmed);
      return { setting: name, ratio, rule, ramps, rolledBack: harmed.length, requests };
    });
  });
}

/** A row for each setting, a column for each rule. */
export function rivalTable(results: readonly RivalResult[], ratio: number): PartTable {
  const of = results.filter((result) => result.ratio === ratio);
  const names = [...new Set(of.map(({ rule }) => rule))];
  const rows = [...new Set(of.map(({ setting }) => setting))].map((setting) => [
    setting,
    ...names.map((rule) => {
      const one = of.find((result) => result.setting === setting && result.rule === rule);
      if (one === undefined) return null;
      const share = percent(one.rolledBack / one.ramps);
      return ratio === 1 || one.requests === null ? share : `${share} after ${Math.round(one.requests)}`;
    }),
  ]);
  const title =
    ratio === 1
      ? 'Rules on errors: ramps of equal versions rolled back, at alpha 5 %'
      : 'Rules on errors: ramps with a doubled error rate rolled back, and the median of canary requests until then';
  return { title, head: ['Callers and share', ...names], rows };
}
