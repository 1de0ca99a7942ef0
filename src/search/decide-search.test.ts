import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { decideSearch, spentMs } from './decide-search.ts';
import { bestOf, ranked } from './ranking.ts';
import { begun, ended, type Look, type SearchPolicy, type SearchState, shareAt } from './state.ts';

const policyOf = (changes: Partial<SearchPolicy> = {}): SearchPolicy => ({
  space: { x: { from: 0, to: 1, scale: 'linear', whole: false } },
  ...{ seed: 1, trials: 27, forMs: null, workMs: null, parallel: 4, reduction: 3, rungs: 3 },
  ...{ metric: 'rmse', higherIsBetter: false },
  ...changes,
});

interface Step {
  readonly state: SearchState;
  readonly trial: number;
  readonly rung: number;
}

/** A whole search with workers that end in an order that is drawn. @param scoreOf null for a trial that fails */
function search(policy: SearchPolicy, scoreOf: (trial: number, rung: number) => number | null, seed = 1) {
  const random = new Random(seed);
  const steps: Step[] = [];
  let state: SearchState = [];
  let [elapsed, most] = [0, 0];
  for (;;) {
    const decision = decideSearch(state, policy, elapsed);
    const inTraining = state.flatMap((trial, i) => (trial.running ? [i + 1] : []));
    most = Math.max(most, inTraining.length);
    if (decision.action === 'end') return { state, steps, most, because: decision.because };
    if (decision.action === 'train') {
      steps.push({ state, trial: decision.trial, rung: decision.rung });
      state = begun(state, decision.trial, decision.drawn);
      continue;
    }
    const trial = inTraining[random.below(inTraining.length)];
    if (trial === undefined) throw new Error('It waits, and nothing is in training.');
    const rung = state[trial - 1]?.looks.length ?? 0;
    const share = shareAt(rung, policy) - (rung === 0 ? 0 : shareAt(rung - 1, policy));
    elapsed += share * 9000;
    const look: Look = { score: scoreOf(trial, rung), ms: share * 9000, params: {}, resource: null };
    state = ended(state, trial, look);
  }
}

/** The score of a trial says everything at once, and is the trial's own. */
const fixed = (trial: number) => ((trial * 7919) % 1009) / 1009;
const rungCounts = (state: SearchState, rungs: number) =>
  Array.from({ length: rungs }, (_, rung) => state.filter(({ looks }) => looks.length > rung).length);

const policies = fc.record({
  trials: fc.integer({ min: 1, max: 60 }),
  parallel: fc.integer({ min: 1, max: 9 }),
  reduction: fc.integer({ min: 2, max: 4 }),
  rungs: fc.integer({ min: 1, max: 4 }),
  higherIsBetter: fc.boolean(),
});

describe('a search', () => {
  it('ends, with so many trials in training at most, and each of them at the rungs in their order', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (changes, seed) => {
        const policy = policyOf(changes);
        const noise = new Random(seed);
        const { state, steps, most } = search(policy, () => (noise.next() < 0.1 ? null : noise.next()), seed);
        expect(most).toBeLessThanOrEqual(policy.parallel);
        expect(state.length).toBeLessThanOrEqual(policy.trials);
        expect(state.every(({ running, looks }) => !running && looks.length <= policy.rungs)).toBe(true);
        expect(new Set(steps.map(({ trial, rung }) => `${trial}/${rung}`)).size).toBe(steps.length);
      }),
    );
  });

  it('takes a trial further only from among the best of those that have come as far, or as the last one', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (changes, seed) => {
        const policy = policyOf(changes);
        const noise = new Random(seed);
        const { state: end, steps } = search(policy, () => noise.next(), seed);
        for (const { state, trial, rung } of steps) {
          if (rung === 0) continue;
          const places = ranked(state, rung - 1, policy);
          const place = places.findIndex((one) => one.trial === trial);
          const isLast = state.every(({ running }) => !running) && state.length === end.length;
          expect(place).toBeGreaterThanOrEqual(0);
          expect(place < Math.floor(places.length / policy.reduction) || isLast).toBe(true);
        }
      }),
    );
  });

  it('takes the best trial to the end where scores say which that is, in whatever order trials end', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (changes, seed) => {
        const policy = policyOf(changes);
        const { state } = search(policy, fixed, seed);
        const best = ranked(state, 0, policy)[0]?.trial ?? 0;
        expect(state[best - 1]?.looks).toHaveLength(policy.rungs);
        expect(bestOf(state, policy)).toMatchObject({ trial: best, rung: policy.rungs - 1 });
      }),
    );
  });

  it('halves: of 27 trials nine go on, and of those three', () => {
    const { state } = search(policyOf({ parallel: 1 }), fixed);
    const [all, some = 0, few = 0] = rungCounts(state, 3);
    expect(all).toBe(27);
    // Asynchronous: the best of what has come so far may lose its place to a later trial when it is on already.
    expect(some).toBeGreaterThanOrEqual(9);
    expect(some).toBeLessThanOrEqual(14);
    expect(few).toBeGreaterThanOrEqual(3);
    expect(few).toBeLessThanOrEqual(6);
  });

  it('is a random search with one rung', () => {
    const { state } = search(policyOf({ rungs: 1 }), fixed);
    expect(rungCounts(state, 2)).toEqual([27, 0]);
    expect(shareAt(0, { rungs: 1, reduction: 3 })).toBe(1);
  });

  it('begins with the parameters as they are written, and tries nothing twice', () => {
    const policy = policyOf({ space: { x: { choices: [1, 2, 3] }, y: { choices: ['a', 'b'] } }, trials: 50, rungs: 1 });
    const { state } = search(policy, fixed);
    expect(state[0]?.drawn).toEqual({});
    expect(state).toHaveLength(7);
    expect(new Set(state.map(({ drawn }) => JSON.stringify(drawn))).size).toBe(7);
  });

  it('ranks a trial that failed behind all others, and never takes it further', () => {
    const policy = policyOf({ trials: 12 });
    const { state, because } = search(policy, (trial) => (trial % 2 === 0 ? null : fixed(trial)));
    expect(because).toBe('12 trials made');
    for (const [i, { looks }] of state.entries()) if (i % 2 === 1) expect(looks).toHaveLength(1);
    expect(bestOf(state, policy)).not.toBeNull();
  });

  it('takes the next best further where the best fails on the way', () => {
    const policy = policyOf({ trials: 3 });
    const order = ranked(search(policy, fixed).state, 0, policy).map(({ trial }) => trial);
    const { state } = search(policy, (trial, rung) => (trial === order[0] && rung > 0 ? null : fixed(trial)));
    expect(bestOf(state, policy)).toMatchObject({ trial: order[1], rung: 2 });
  });

  it('gives up where the first trials all fail', () => {
    const { state, because } = search(policyOf({ parallel: 2 }), () => null);
    expect(because).toMatch(/^the first [56] trials all failed$/);
    expect(state.length).toBeLessThanOrEqual(6);
    expect(bestOf(state, policyOf())).toBeNull();
  });

  it('begins nothing when its time is over', () => {
    const { state, because } = search(policyOf({ forMs: 10_000 }), fixed);
    expect(because).toBe('10 s are over');
    expect(state.length).toBeLessThan(27);
  });

  it('keeps within its budget once it knows what a trial takes', () => {
    for (const parallel of [1, 4]) {
      for (const workMs of [3000, 10_000, 20_000]) {
        const policy = policyOf({ workMs, parallel });
        const { state, because } = search(policy, fixed);
        // Those that begin together know nothing of each other's length yet.
        expect(spentMs(state)).toBeLessThanOrEqual(workMs + (parallel - 1) * 1000);
        expect(spentMs(state)).toBeGreaterThan(workMs / 2);
        expect(because).toMatch(/budget/);
      }
    }
  });

  it('counts a score that less of a resource gave, and prefers more of it among equals', () => {
    const policy = policyOf({ trials: 3 });
    const rising = search(policy, (trial, rung) => fixed(trial) + rung);
    expect(bestOf(rising.state, policy)).toMatchObject({ rung: 0 });
    const level = search(policy, () => 1);
    expect(bestOf(level.state, policy)).toMatchObject({ rung: 2, trial: 1 });
  });
});
