import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countErrors, type ErrorWindow, nothingCounted } from './capped-segments.ts';
import { initialState } from './course.ts';
import { decideStep } from './decide-step.ts';
import { Pairs } from './pairs.ts';
import type { Decision, Evidence, PairedCounts, RolloutPolicy, RolloutState } from './state.ts';

const minute = 60_000;
const policy: RolloutPolicy = {
  shadow: { for: 10 * minute, share: 1 },
  ramp: [0.05, 0.25, 0.5, 1],
  step: { for: 10 * minute, at_least: 100, at_most: 1440 * minute },
  bake: 60 * minute,
  lease: 30_000,
  lapses: 3,
  rollback_when: [
    { error_ratio: { above: 1 } },
    { accuracy: { below_champion_by: 0.02, at_least: 20 } },
    { disagreement: { above: 0.3, at_least: 20 } },
  ],
};
const state: RolloutState = { ...initialState(true), stage: 'ramp', step: 1 };
const arm = { requests: 500, errors: 5, p99: 12 };
const noPairs: PairedCounts = {
  pairs: 0,
  disagreements: 0,
  labelled: 0,
  champion: {},
  challenger: {},
  standardError: {},
  losses: {},
};
const quiet: Evidence = {
  elapsed: 10 * minute,
  champion: arm,
  challenger: arm,
  recent: arm,
  recentChampion: arm,
  paired: noPairs,
  errorSegments: [],
  lapsed: false,
  inForce: true,
};

const window: fc.Arbitrary<ErrorWindow> = fc
  .record({
    startedAt: fc.nat(20).map((i) => i * 500),
    revision: fc.integer({ min: 1, max: 3 }),
    side: fc.constantFrom('champion' as const, 'challenger' as const),
    callers: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
    withoutKey: fc.nat(3),
  })
  .map(({ callers, withoutKey, revision, ...where }) => ({
    ...where,
    revision,
    share: [0.05, 0.25, 0.5][revision - 1] ?? 0,
    errors: callers.length + withoutKey,
    errorsByKey: { keys: callers.toSorted((a, b) => a - b), counts: callers.map(() => 1), others: 0 },
  }));

const answer = fc.record({
  champion: fc.constantFrom('0', '1'),
  challenger: fc.constantFrom('0', '1'),
  label: fc.constantFrom('0', '1'),
});

/** Everything that any replica wrote, as it is decided on. */
function decided(windows: readonly ErrorWindow[], rows: readonly (() => void)[], pairs: Pairs): Decision {
  for (const add of rows) add();
  const { segments } = countErrors(nothingCounted, windows);
  return decideStep(state, { ...quiet, errorSegments: segments, paired: pairs.counts() }, policy, null);
}

describe('evidence', () => {
  it('leads to the same decision in whatever order replicas wrote it', () => {
    fc.assert(
      fc.property(
        fc.array(window, { maxLength: 40 }),
        fc.array(answer, { maxLength: 120 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (windows, answers, order) => {
          const shuffled = <T>(all: readonly T[]): T[] =>
            all
              .map((one) => [order.next().value as number, one] as const)
              .toSorted(([a], [b]) => a - b)
              .map(([, one]) => one);
          const run = (mix: <T>(all: readonly T[]) => readonly T[]) => {
            const pairs = new Pairs({ task: 'binary-classification', champion: 1, challenger: 2, positive: '1' });
            const rows = answers.flatMap(({ champion, challenger, label }, i) => [
              () => pairs.addPrediction({ id: `${i}`, at: i, version: 1, role: 'champion', score: 0.5, prediction: champion }),
              () => pairs.addPrediction({ id: `${i}`, at: i, version: 2, role: 'shadow', score: 0.5, prediction: challenger }),
              () => pairs.addLabel(`${i}`, label),
            ]);
            return decided(mix(windows), mix(rows), pairs);
          };
          expect(run(shuffled)).toEqual(run((all) => all));
        },
      ),
      { numRuns: 100 },
    );
  });

  const segments = fc.array(
    fc.record({
      share: fc.constantFrom(0.05, 0.25, 0.5),
      championErrors: fc.nat(60),
      challengerErrors: fc.nat(60),
    }),
    { maxLength: 3 },
  );
  const counts = fc.tuple(fc.nat(100), fc.nat(400), fc.nat(100));
  const seen = (errorSegments: Evidence['errorSegments'], [better, same, worse]: readonly number[]): Evidence => {
    const labelled = (better ?? 0) + (same ?? 0) + (worse ?? 0);
    const challenger = labelled === 0 ? 0 : 0.8 - ((worse ?? 0) - (better ?? 0)) / labelled;
    return {
      ...quiet,
      errorSegments: errorSegments ?? [],
      paired: {
        ...noPairs,
        pairs: labelled,
        labelled,
        disagreements: (better ?? 0) + (worse ?? 0),
        champion: { accuracy: 0.8 },
        challenger: { accuracy: challenger },
        losses: { accuracy: { losses: [-1, 0, 1], counts: [better ?? 0, same ?? 0, worse ?? 0] } },
      },
    };
  };
  const isHarm = (evidence: Evidence) => decideStep({ ...state, paused: true }, evidence, policy, null).action === 'rollBack';

  it('that rolls back does so still with one more error of the challenger, and one more wrong answer of it alone', () => {
    fc.assert(
      fc.property(segments, counts, (errors, [better, same, worse]) => {
        fc.pre(isHarm(seen(errors, [better, same, worse])));
        const more = errors.map((segment) => ({ ...segment, challengerErrors: segment.challengerErrors + 1 }));
        expect(isHarm(seen(more, [better, same, worse]))).toBe(true);
        expect(isHarm(seen(errors, [better, same, worse + 1]))).toBe(true);
      }),
    );
  });

  it('of harm wins over a window, a pause, a deadline and a person’s promote; a person’s rollback always wins', () => {
    fc.assert(
      fc.property(segments, counts, fc.nat(3000 * minute), (errors, answers, elapsed) => {
        const evidence = { ...seen(errors, answers), elapsed, heldBack: 'a freeze' };
        const lenient = { ...policy, at_deadline: 'advance' as const };
        if (isHarm(evidence)) {
          expect(decideStep(state, evidence, lenient, 'promote').action).toBe('rollBack');
          expect(decideStep(state, evidence, lenient, null).action).toBe('rollBack');
        } else expect(['hold']).toContain(decideStep(state, evidence, lenient, null).action);
        expect(decideStep(state, evidence, lenient, 'rollback').action).toBe('rollBack');
      }),
    );
  });

  it('that does not suffice to go on when proven goes on less, never more', () => {
    fc.assert(
      fc.property(segments, counts, (errors, answers) => {
        const evidence = seen(errors, answers);
        const strict = decideStep(state, evidence, { ...policy, advance: 'when_proven' }, null).action;
        if (strict === 'advance') expect(decideStep(state, evidence, policy, null).action).toBe('advance');
        expect(strict === 'rollBack').toBe(decideStep(state, evidence, policy, null).action === 'rollBack');
      }),
    );
  });

  it('is held to more, never to less, the fewer false rollbacks are wanted', () => {
    fc.assert(
      fc.property(segments, counts, (errors, answers) => {
        const evidence = seen(errors, answers);
        const rolledBack = (chance: number) =>
          decideStep({ ...state, paused: true }, evidence, { ...policy, false_rollbacks: chance }, null).action === 'rollBack';
        if (rolledBack(0.01)) expect(rolledBack(0.1)).toBe(true);
      }),
    );
  });
});
