import { median } from '../../statistics.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { ramp, type RampOptions, type World } from './callers.ts';
import { bayes, type ErrorRule, firstErrors, requestErrors, zTest } from './error-rules.ts';

const independent: World = { name: 'each request a caller', callers: null, zipf: 0, broken: 0 };
const worlds: readonly World[] = [
  independent,
  { name: '1,000 callers alike', callers: 1000, zipf: 0, broken: 0 },
  { name: '1,000 callers, Zipf 1.1', callers: 1000, zipf: 1.1, broken: 0 },
  { name: '1,000 callers, Zipf 1.1, 2 % broken', callers: 1000, zipf: 1.1, broken: 0.02 },
];

const alpha = 0.05;
/** The upper end of the one-sided 1 % band of a rule that errs in 5 % of the ramps. */
const most = { of: 2000, falseRollbacks: 123 };
const growing = [0.05, 0.25, 0.5];
const base = { looks: 200, requestsPerLook: 250, errorRate: 0.01 };

const rules: readonly (readonly [name: string, make: () => ErrorRule])[] = [
  ['first errors of callers (pawl)', () => firstErrors(alpha)],
  ['errors of requests, realised share', () => requestErrors(alpha, { share: 'realised' })],
  ['the same, 3 errors of a caller at most', () => requestErrors(alpha, { share: 'realised', cap: 3 })],
  ['errors of requests, nominal share', () => requestErrors(alpha, { share: 'nominal' })],
  ['z-test at every look', () => zTest(alpha)],
  ['Bayesian rule at every look', () => bayes(alpha)],
];

export interface Simulated {
  readonly rule: string;
  readonly world: string;
  readonly ramps: number;
  readonly rolledBack: number;
  /** Requests that the challenger had answered by then, of all ramps; infinite where it was not rolled back. */
  readonly exposure: number;
}

/** Rollbacks for errors: of versions that are no worse, and of one that fails twice as often. */
export function simulateErrors(options: PartOptions): { bars: Bar[]; tables: PartTable[]; raw: Simulated[] } {
  const { seed, quick } = options;
  const ramps = quick ? 100 : most.of;
  const nulls: Simulated[] = [];
  for (const world of worlds) {
    options.say(`errors, no difference: ${world.name}`);
    for (const [rule, make] of rules) {
      const rivals = rule === rules[0]?.[0] ? ramps : Math.ceil(ramps / 5);
      nulls.push(simulate(rule, make, { ...base, world, ratio: 1, shares: growing }, rivals, seed));
    }
  }
  options.say('errors, twice as many');
  const doubled = { ...base, world: independent, ratio: 2 };
  const found = (rule: string, make: () => ErrorRule, shares: readonly number[]) =>
    simulate(rule, make, { ...doubled, shares }, quick ? 100 : 1000, seed + 1);
  const alone = found('first errors, alpha', () => firstErrors(alpha), [0.1]);
  const quarter = found('first errors, alpha / 4', () => firstErrors(alpha / 4), [0.1]);
  const grown = [
    found('first errors, growing ramp', () => firstErrors(alpha), growing),
    found(
      'errors of requests, pooled over a growing ramp',
      () => requestErrors(alpha, { share: 'realised', pooled: true }),
      growing,
    ),
  ];
  const detections = [alone, quarter, ...grown];
  return {
    bars: [
      ...nulls
        .filter(({ rule }) => rule === rules[0]?.[0])
        .map(({ world, rolledBack }): Bar => ({
          name: `false rollbacks for errors in ${ramps} ramps: ${world}`,
          unit: 'ramps',
          wanted: 'at most',
          bar: most.falseRollbacks,
          value: quick ? null : rolledBack,
        })),
      detection('errors doubled, alpha: median of canary requests', 1200, alone),
      detection('errors doubled, alpha / 4: median of canary requests', 1600, quarter),
    ],
    tables: [
      {
        title: `Versions that are no worse, rolled back for errors, % (200 looks, 5, 25, 50 %, alpha ${alpha})`,
        head: ['rule', ...worlds.map(({ name }) => name)],
        rows: rules.map(([rule]) => [
          rule,
          ...worlds.map(({ name }) => share(nulls.find((one) => one.rule === rule && one.world === name))),
        ]),
      },
      {
        title: 'A version that fails twice as often (1 % of requests before)',
        head: ['rule', 'found, %', 'median of canary requests'],
        rows: detections.map((one) => [one.rule, share(one), Number.isFinite(one.exposure) ? Math.round(one.exposure) : null]),
      },
    ],
    raw: [...nulls, ...detections],
  };
}

function simulate(rule: string, make: () => ErrorRule, options: RampOptions, ramps: number, seed: number): Simulated {
  const exposures: number[] = [];
  for (let i = 0; i < ramps; i++) exposures.push(exposureOf(make(), options, seed * 1_000_003 + i));
  const rolledBack = exposures.filter(Number.isFinite).length;
  return { rule, world: options.world.name, ramps, rolledBack, exposure: median(exposures) };
}

/** Requests to the challenger until the rule rolls back; infinite where it never does. */
function exposureOf(rule: ErrorRule, options: RampOptions, seed: number): number {
  let exposure = 0;
  for (const look of ramp(options, seed)) {
    exposure += look.challengerRequests;
    if (rule.look(look)) return exposure;
  }
  return Infinity;
}

const share = (one: Simulated | undefined) => (one === undefined ? null : ((100 * one.rolledBack) / one.ramps).toFixed(1));

function detection(name: string, bar: number, { exposure }: Simulated): Bar {
  return { name, unit: 'requests', wanted: 'at most', bar, value: exposure };
}
