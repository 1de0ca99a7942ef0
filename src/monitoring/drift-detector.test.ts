import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { beginDrift, type DriftAlarm, type DriftState, observeDrift } from './drift-detector.ts';
import { driftReference, type ReferenceOptions } from './drift-reference.ts';
import type { Column } from './shifts.ts';

const features = { speed: { type: 'number' }, plan: { type: 'category' }, paid: { type: 'boolean' } } as const;
const options: ReferenceOptions = { features, stretch: 1000 };

interface World {
  readonly speed?: (random: Random) => number | null;
  readonly plan?: (random: Random) => string | null;
  readonly paid?: (random: Random) => boolean | null;
}

/** About normal, of mean 0 and deviation 1. */
const normal = (random: Random) => Array.from({ length: 12 }, () => random.next()).reduce((sum, value) => sum + value, -6);

function rows(count: number, seed: number, world: World = {}) {
  const random = new Random(seed);
  const speed: (number | null)[] = [];
  const plan: (string | null)[] = [];
  const paid: (boolean | null)[] = [];
  for (let i = 0; i < count; i++) {
    speed.push((world.speed ?? normal)(random));
    plan.push((world.plan ?? ((random) => (random.next() < 0.7 ? 'free' : 'pro')))(random));
    paid.push((world.paid ?? ((random) => random.next() < 0.3))(random));
  }
  return { speed, plan, paid };
}

const accepted = rows(4000, 1);
const reference = driftReference(accepted, options);

/** Watches rows in batches; all alarms that stand in the end. */
function watch(
  columns: Readonly<Record<string, Column>>,
  count: number,
  falseAlarmRows = 20_000,
  of = reference,
): readonly DriftAlarm[] {
  const at = Array.from({ length: count }, (_, i) => 1000 * i);
  return observeDrift(of, beginDrift(of), { at, columns }, { falseAlarmRows }).alarms;
}

describe('the drift of one model', () => {
  it('is none where rows are as they were', () => {
    for (const seed of [11, 12, 13, 14]) expect(watch(rows(3000, seed), 3000)).toEqual([]);
  });

  it('names a number that rose, from what to what and since when', () => {
    const before = rows(1000, 2);
    const after = rows(300, 3, { speed: (random) => 0.7 + normal(random) });
    const columns = Object.fromEntries(
      Object.keys(before).map((name) => [name, [...before[name as 'speed'], ...after[name as 'speed']]]),
    );
    const alarms = watch(columns, 1300);
    expect(alarms.map(({ feature, what, direction }) => [feature, what, direction])).toEqual([['speed', 'distribution', 'up']]);
    const [alarm] = alarms;
    expect(alarm?.from).toBeCloseTo(0, 1);
    expect(Math.abs((alarm?.to ?? 0) - 0.7)).toBeLessThan(0.15);
    expect(Math.abs((alarm?.since ?? 0) / 1000 - 1000)).toBeLessThan(30);
    expect(alarm?.evidence).toBeGreaterThanOrEqual(20_000);
    expect(alarm?.because).toMatch(
      /^speed rose from -?0\.0\d+ to 0\.\d+ over the last \d+ rows; chance does so once in [\d,]+ rows at most$/,
    );
  });

  it('sees a spread that its mean does not show', () => {
    const alarms = watch(rows(400, 4, { speed: (random) => 2 * normal(random) }), 400);
    expect(alarms.map(({ feature, direction }) => [feature, direction])).toEqual([['speed', 'wider']]);
    expect(alarms[0]?.because).toMatch(/^speed spreads wider/);
  });

  it('sees within a dozen rows that a column which stood still begins to move', () => {
    const still = driftReference({ ...accepted, speed: new Array<number>(4000).fill(3) }, options);
    const alarms = watch({ speed: rows(12, 5).speed }, 12, 20_000, still);
    expect(alarms.map(({ feature }) => feature)).toEqual(['speed']);
    expect(alarms[0]?.because).toMatch(/^speed stood still at 3, and is -?0\.\d+ on average over the last 12 rows;/);
  });

  it('says which category, and which share of a boolean, has moved', () => {
    const alarms = watch(rows(400, 6, { plan: (r) => (r.next() < 0.4 ? 'free' : 'pro'), paid: (r) => r.next() < 0.6 }), 400);
    const plan = alarms.find(({ feature }) => feature === 'plan');
    expect(['free', 'pro']).toContain(plan?.value);
    expect(plan?.from).toBeCloseTo(plan?.value === 'free' ? 0.7 : 0.3, 1);
    expect(alarms.find(({ feature }) => feature === 'paid')).toMatchObject({ value: 'true', direction: 'up' });
    expect(alarms.find(({ feature }) => feature === 'paid')?.because).toMatch(
      /^paid is true in 6\d(\.\d)? % of rows after (2|3)\d(\.\d)? %/,
    );
  });

  it('tells values that are missing from values that have moved', () => {
    const alarms = watch(rows(100, 7, { speed: (random) => (random.next() < 0.3 ? null : normal(random)) }), 100);
    expect(alarms.map(({ feature, what }) => [feature, what])).toEqual([['speed', 'missing']]);
    expect(alarms[0]?.because).toMatch(/^speed is missing in (2|3|4|5)\d(\.\d)? % of rows after 0 %/);
  });

  it('tells categories that were not there before', () => {
    const alarms = watch(rows(60, 8, { plan: (r) => (r.next() < 0.2 ? 'trial' : r.next() < 0.7 ? 'free' : 'pro') }), 60);
    expect(alarms.map(({ feature, what }) => [feature, what])).toContainEqual(['plan', 'new category']);
  });

  it('watches the score, and leaves out columns that the log does not hold', () => {
    const scores = accepted.speed.map(Number);
    const scored = driftReference(accepted, { ...options, scores });
    const batch = {
      at: Array.from({ length: 300 }, (_, i) => i),
      columns: {},
      scores: rows(300, 9).speed.map((x) => Number(x) + 1),
    };
    const { alarms, state } = observeDrift(scored, beginDrift(scored), batch, { falseAlarmRows: 20_000 });
    expect(alarms.map(({ feature, what }) => [feature, what])).toEqual([['score', 'score']]);
    expect(state.rows).toBe(300);
  });

  it('needs less evidence for a feature that the model relies on, and spreads one budget over all', () => {
    const importances = { speed: 0.9, plan: 0.05, paid: 0.05 };
    const weighted = driftReference(accepted, { ...options, importances });
    expect(weighted.columns.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    const shifted = rows(400, 10, { speed: (random) => 0.4 + normal(random) });
    /** Rows until something alarms. */
    const until = (of: typeof reference) => {
      let state = beginDrift(of);
      for (let row = 0; row < 400; row++) {
        const columns = Object.fromEntries(Object.entries(shifted).map(([name, values]) => [name, values.slice(row, row + 1)]));
        const seen = observeDrift(of, state, { at: [row], columns }, { falseAlarmRows: 20_000 });
        if (seen.alarms.length > 0) return row;
        state = seen.state;
      }
      return Infinity;
    };
    expect(until(weighted)).toBeLessThan(until(reference));
    expect(until(reference)).toBeLessThan(400);
  });

  it('comes to the same in batches of any size, through JSON', () => {
    const columns = rows(200, 20, { speed: (random) => 0.3 + normal(random) });
    const at = Array.from({ length: 200 }, (_, i) => i);
    const policy = { falseAlarmRows: 500 };
    const whole = observeDrift(reference, beginDrift(reference), { at, columns }, policy);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 199 }), { maxLength: 6 }), (stops) => {
        const ends = [...stops.toSorted((a, b) => a - b), 200];
        let state = beginDrift(reference);
        let alarms: readonly DriftAlarm[] = [];
        for (const [i, end] of ends.entries()) {
          const from = ends[i - 1] ?? 0;
          const part = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(from, end)]));
          const carried = JSON.parse(JSON.stringify(state)) as DriftState;
          ({ state, alarms } = observeDrift(reference, carried, { at: at.slice(from, end), columns: part }, policy));
        }
        expect({ state, alarms }).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('carries about a kilobyte for each column, however many rows there were', () => {
    const columns = rows(2000, 21);
    const at = Array.from({ length: 2000 }, (_, i) => 1.7e12 + i);
    const { state } = observeDrift(reference, beginDrift(reference), { at, columns }, { falseAlarmRows: 20_000 });
    expect(JSON.stringify(state).length / 3).toBeLessThan(1500);
  });
});

describe('the reference', () => {
  it('ends where the column was another one altogether, so that what a release has answered is not found again', () => {
    const moved = { ...accepted, speed: accepted.speed.map((value, i) => (i < 2500 ? 5 : value)) };
    const columns = driftReference(moved, options).columns;
    const rowsOf = (name: string) => columns.find((column) => column.name === name)?.bins.counts.reduce((a, b) => a + b, 0);
    expect(rowsOf('speed')).toBeLessThanOrEqual(2000);
    expect(rowsOf('plan')).toBe(4000);
    expect(watch(rows(2000, 30), 2000, 20_000, driftReference(moved, options))).toEqual([]);
  });

  it('knows that neighbours are alike', () => {
    let level = 0;
    const random = new Random(40);
    const speed = Array.from({ length: 4000 }, () => (level = 0.9 * level + normal(random)));
    const [column] = driftReference({ ...accepted, speed }, options).columns;
    expect(column?.correlation.values).toBeGreaterThan(10);
    expect(reference.columns[0]?.correlation.values).toBeLessThan(3);
  });

  it('takes the scores of rows that the version has not learned from, and how alike neighbours are from all of them', () => {
    const random = new Random(41);
    // Too sure of what it has learned: of as many rows, far from the middle. Days of 50 rows are alike.
    let day = 0;
    const scores = Array.from({ length: 4000 }, (_, i) => {
      if (i % 50 === 0) day = random.next();
      return i < 3600 ? Math.round(day) : 0.3 + 0.4 * day;
    });
    const scoreOf = (unlearned?: number) =>
      driftReference(accepted, { ...options, scores, ...(unlearned === undefined ? {} : { unlearned }) }).columns.find(
        (column) => column.of === 'score',
      );
    expect(scoreOf(400)?.bins.counts.reduce((a, b) => a + b, 0)).toBe(400);
    expect(scoreOf(400)?.mean).toBeCloseTo(0.5, 1);
    expect(scoreOf(400)?.correlation.values).toBeGreaterThan(40);
    expect(scoreOf()?.bins.counts.reduce((a, b) => a + b, 0)).toBe(4000);
    expect(scoreOf(0)).toBeUndefined();
  });

  it('can be of columns that are missing or still, which alarm for nothing by themselves', () => {
    const empty = driftReference({ plan: new Array<string>(50).fill('free') }, options);
    expect(
      watch({ plan: new Array<string>(500).fill('free'), speed: new Array<null>(500).fill(null) }, 500, 1000, empty),
    ).toEqual([]);
  });
});
