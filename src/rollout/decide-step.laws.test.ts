import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capOf, initialState, nextState, segmentsOf, shareOf } from './course.ts';
import { decideStep } from './decide-step.ts';
import { defaultRamp } from '../spec/release-schema.ts';
import type { Command, Evidence, RolloutPolicy, RolloutState } from './state.ts';
import { requestsOfCallers, shortestStay } from './step-terms.ts';

const minute = 60_000;
const canary: RolloutPolicy = {
  shadow: { for: 10 * minute, share: 1 },
  ramp: [0.05, 0.25, 0.5, 1],
  step: { for: 10 * minute, at_least: 1000, at_most: 1440 * minute },
  bake: 60 * minute,
  lease: 30_000,
  lapses: 3,
  rollback_when: [
    { error_rate: { above: 0.02, for: 2 * minute, at_least: 5, by: 'bounds' } },
    { accuracy: { below_champion_by: 0.02, at_least: 200 } },
  ],
};
const some = { shadow: { ...canary.shadow, share: 0.3 }, segments: ['beta'] };
const policies: readonly [string, RolloutPolicy][] = [
  ['a rollout from before there were strategies', canary],
  ['canary', { ...canary, strategy: 'canary' }],
  ['canary on segments', { ...canary, ...some, strategy: 'canary' }],
  ['blue-green', { ...canary, strategy: 'blue-green', ramp: [...defaultRamp['blue-green']] }],
  ['ab', { ...canary, strategy: 'ab', ramp: [...defaultRamp.ab] }],
  ['ab on segments', { ...canary, ...some, strategy: 'ab', ramp: [...defaultRamp.ab] }],
  ['bandit', { ...canary, strategy: 'bandit' }],
  ['bandit on segments', { ...canary, ...some, strategy: 'bandit' }],
];

const armCounts = fc
  .record({
    requests: fc.nat(5000),
    share: fc.double({ min: 0, max: 0.2, noNaN: true }),
    p99: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
  })
  .map(({ requests, share, p99 }) => ({ requests, errors: Math.floor(requests * share), p99 }));
const accuracy = fc.record({ accuracy: fc.double({ min: 0, max: 1, noNaN: true }) });
const rewards = fc.record({ right: fc.nat(500), wrong: fc.nat(500) });
const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  rewards: fc.record({ champion: rewards, challenger: rewards }),
  elapsed: fc.oneof(fc.nat(120 * minute), fc.nat(3000 * minute)),
  champion: armCounts,
  challenger: armCounts,
  recent: armCounts,
  recentChampion: armCounts,
  paired: fc.record({
    pairs: fc.nat(5000),
    disagreements: fc.nat(500),
    labelled: fc.nat(3000),
    champion: accuracy,
    challenger: accuracy,
    standardError: accuracy,
  }),
  lapsed: fc.boolean(),
  inForce: fc.boolean(),
});
const harmless: fc.Arbitrary<Evidence> = anyEvidence.map((evidence) => ({
  ...evidence,
  recent: { requests: 100, errors: 0, p99: 12 },
  paired: { ...evidence.paired, labelled: 0 },
}));
const allocation = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
const anyStateOf = ({ ramp }: RolloutPolicy): fc.Arbitrary<RolloutState> =>
  fc.oneof(
    fc
      .record({
        stage: fc.constantFrom('shadow' as const, 'ramp' as const, 'bake' as const),
        step: fc.nat(ramp.length - 1),
        hasChampion: fc.constant(true),
        lapses: fc.nat(2),
        paused: fc.boolean(),
        allocation,
      })
      .map(({ allocation: allocated, ...state }) => (allocated === null ? state : { ...state, allocation: allocated })),
    fc.record({
      stage: fc.constant('bake' as const),
      step: fc.constant(0),
      hasChampion: fc.constant(false),
      lapses: fc.constant(0),
      paused: fc.boolean(),
    }),
  );
const anyCommand = fc.constantFrom<Command>('promote', 'rollback', null);

describe.each(policies)('whatever is seen and said: %s', (_, policy) => {
  const anyState = anyStateOf(policy);

  it('a rollout never has more than its step’s share, and climbs one step at a time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.oneof({ weight: 1, arbitrary: anyEvidence }, { weight: 9, arbitrary: harmless }),
            fc.constantFrom<Command>(null, null, null, 'promote'),
          ),
          { maxLength: 40 },
        ),
        (looks) => {
          let state = initialState(true);
          const path = [0, ...policy.ramp, 1];
          let height = 0;
          for (const [evidence, command] of looks) {
            const { share } = shareOf(state, policy);
            expect(capOf(state, policy)).toBe(path[height]);
            if (policy.strategy === 'bandit' && height > 0) expect(share).toBeGreaterThan(0);
            else expect(share).toBe(path[height]);
            expect(share).toBeLessThanOrEqual(path[height] ?? 0);
            expect(segmentsOf(state, policy)).toEqual(path[height] === 1 ? null : (policy.segments ?? null));
            const decision = decideStep(state, evidence, policy, command);
            const next = nextState(state, decision, policy);
            if (typeof next === 'string') return;
            height += decision.action === 'advance' ? 1 : 0;
            state = next;
          }
        },
      ),
    );
  });

  it('rollback is reachable from every state, and nothing follows it', () => {
    fc.assert(
      fc.property(anyState, anyEvidence, (state, evidence) => {
        const decision = decideStep(state, evidence, policy, 'rollback');
        expect(decision.action).toBe('rollBack');
        // No state is left from which anything could be decided.
        expect(nextState(state, decision, policy)).toBe('rolled_back');
      }),
    );
  });

  it('nothing is promoted without the minimum evidence but by a person’s word', () => {
    fc.assert(
      fc.property(anyState, fc.oneof(anyEvidence, harmless), (state, evidence) => {
        const decision = decideStep(state, evidence, policy, null);
        if (decision.action !== 'promote' && decision.action !== 'advance') return;
        expect(evidence.inForce).toBe(true);
        expect(evidence.elapsed).toBeGreaterThanOrEqual(shortestStay(state, policy));
        if (state.hasChampion && state.stage !== 'shadow') {
          expect(requestsOfCallers(evidence, policy)).toBeGreaterThanOrEqual(policy.step.at_least);
          expect(evidence.challenger.requests).toBeGreaterThan(0);
        }
        expect(decision.action === 'promote').toBe(state.stage === 'bake');
      }),
      { numRuns: 1000 },
    );
  });

  it('a share moves in a bandit’s steps only, on labels, and settles', () => {
    fc.assert(
      fc.property(anyState, fc.oneof(anyEvidence, harmless), anyCommand, (state, evidence, command) => {
        const decision = decideStep(state, evidence, policy, command);
        if (decision.action !== 'reallocate') return;
        expect([policy.strategy, state.stage]).toEqual(['bandit', 'ramp']);
        const next = nextState(state, decision, policy);
        if (typeof next === 'string') throw new Error('a reallocation ends nothing');
        expect({ ...next, allocation: null }).toEqual({ ...state, allocation: null });
        expect(shareOf(next, policy).share).not.toBe(shareOf(state, policy).share);
        expect(decideStep(next, evidence, policy, command).action).not.toBe('reallocate');
      }),
      { numRuns: 1000 },
    );
  });

  it('a paused rollout goes nowhere but back', () => {
    fc.assert(
      fc.property(anyState, fc.oneof(anyEvidence, harmless), (state, evidence) => {
        expect(['hold', 'restart', 'rollBack']).toContain(decideStep({ ...state, paused: true }, evidence, policy, null).action);
      }),
    );
  });

  it('a lapse neither advances nor promotes', () => {
    fc.assert(
      fc.property(anyState, fc.oneof(anyEvidence, harmless), anyCommand, (state, evidence, command) => {
        expect(['restart', 'rollBack']).toContain(decideStep(state, { ...evidence, lapsed: true }, policy, command).action);
      }),
    );
  });

  it('a rollout ends after its lapses', () => {
    fc.assert(
      fc.property(fc.array(harmless, { minLength: 3, maxLength: 3 }), (looks) => {
        let state: RolloutState | 'promoted' | 'rolled_back' = initialState(true);
        for (const evidence of looks) {
          if (typeof state === 'string') break;
          state = nextState(state, decideStep(state, { ...evidence, lapsed: true }, policy, null), policy);
        }
        expect(state).toBe('rolled_back');
      }),
    );
  });

  it('a person’s promote never outweighs a rule that rolls back', () => {
    fc.assert(
      fc.property(anyState, anyEvidence, (state, evidence) => {
        const look = { ...evidence, lapsed: false };
        const rolledBack = decideStep({ ...state, paused: true }, look, policy, null).action === 'rollBack';
        expect(decideStep(state, look, policy, 'promote').action).toBe(rolledBack ? 'rollBack' : 'promote');
      }),
    );
  });
});
