import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { againstEverybody, reallocation } from './allocation.ts';
import { initialState, nextState, segmentsOf, shareOf } from './course.ts';
import { decideStep } from './decide-step.ts';
import type { Evidence, RolloutPolicy, RolloutState } from './state.ts';

const minute = 60_000;
const policy: RolloutPolicy = {
  strategy: 'bandit',
  shadow: { for: minute, share: 1 },
  ramp: [0.2, 0.8, 1],
  step: { for: 10 * minute, at_least: 1000, at_most: 1440 * minute },
  bake: 60 * minute,
  lease: 30_000,
  lapses: 3,
  rollback_when: [],
};
const arm = { requests: 100, errors: 0, p99: 10 };
const evidence: Evidence = {
  elapsed: minute,
  champion: arm,
  challenger: arm,
  recent: arm,
  recentChampion: arm,
  paired: { pairs: 0, disagreements: 0, labelled: 0, champion: {}, challenger: {}, standardError: {} },
  lapsed: false,
  inForce: true,
};
const step = (at: number, allocation?: number): RolloutState => ({
  ...initialState(true),
  stage: 'ramp',
  step: at,
  ...(allocation === undefined ? {} : { allocation }),
});
const labelled = (challenger: [number, number], champion: [number, number]): Evidence => ({
  ...evidence,
  rewards: {
    challenger: { right: challenger[0], wrong: challenger[1] },
    champion: { right: champion[0], wrong: champion[1] },
  },
});
const rewards = fc.tuple(fc.nat(300), fc.nat(300));

describe("a bandit's share", () => {
  it('begins at a half, or at the cap of the step where that is less', () => {
    expect(shareOf(step(0), policy).share).toBe(0.2);
    expect(shareOf(step(1), policy).share).toBe(0.5);
    expect(shareOf(step(2), policy).share).toBe(1);
  });

  it('moves towards the version that is right more often, and says so in numbers', () => {
    const better = reallocation(step(1), labelled([90, 10], [70, 30]), policy);
    expect(better).toMatchObject({ action: 'reallocate' });
    expect(better?.because).toMatch(
      /^the challenger is the better one with a probability of more than 99.9 %: 90 right of 100 against 70 right of 100; it answers 80 % of the callers, of at most 80 %$/,
    );
    const worse = reallocation(step(1), labelled([70, 30], [90, 10]), policy);
    expect(shareOf({ ...step(1), allocation: worse?.allocation ?? 1 }, policy).share).toBe(0.01);
  });

  it('stays within the cap of its step, and never falls to nothing, whatever the labels say', () => {
    fc.assert(
      fc.property(rewards, rewards, fc.nat(1), (challenger, champion, at) => {
        const decision = reallocation(step(at), labelled(challenger, champion), policy);
        if (decision === null) return;
        const next = nextState(step(at), decision, policy);
        if (typeof next === 'string') throw new Error('a reallocation ends nothing');
        const { share } = shareOf(next, policy);
        expect(share).toBeGreaterThanOrEqual(0.01);
        expect(share).toBeLessThanOrEqual(policy.ramp[at] ?? 0);
        expect(share).not.toBe(shareOf(step(at), policy).share);
        // Settled: the same labels do not move it again.
        expect(reallocation(next, labelled(challenger, champion), policy)).toBeNull();
      }),
    );
  });

  it('stays where it is without labels, in the shadow, at 100 %, while paused, while gateways take up the last move, and under any other strategy', () => {
    const clear = labelled([90, 10], [10, 90]);
    expect(reallocation(step(1), evidence, policy)).toBeNull();
    expect(reallocation(step(1), labelled([0, 0], [0, 0]), policy)).toBeNull();
    expect(reallocation(step(2), clear, policy)).toBeNull();
    expect(reallocation(initialState(true), clear, policy)).toBeNull();
    expect(reallocation(step(1), { ...clear, inForce: false }, policy)).toBeNull();
    expect(decideStep({ ...step(1), paused: true }, clear, policy, null).action).toBe('hold');
    for (const strategy of ['canary', 'ab', 'blue-green'] as const)
      expect(reallocation(step(1), clear, { ...policy, strategy })).toBeNull();
  });

  it('moves by a fifth of its step at least, but falls by halves down to the least', () => {
    // 0.8 at most: moves of less than 0.16 are none.
    const near = reallocation(step(1, 0.5), labelled([71, 29], [70, 30]), policy);
    expect(near).toBeNull();
    expect(reallocation(step(1, 0.5), labelled([76, 24], [70, 30]), policy)).toMatchObject({ action: 'reallocate' });
    const falling = reallocation(step(1, 0.1), labelled([60, 40], [73, 27]), policy);
    expect(shareOf({ ...step(1), allocation: falling?.allocation ?? 1 }, policy).share).toBeLessThan(0.05);
  });

  it('goes on to everybody only where the labels speak for it, and waits for labels where there are none', () => {
    const due = { ...evidence, elapsed: 20 * minute, champion: { ...arm, requests: 5000 } };
    const decide = (seen: Partial<Evidence>, at: number) => decideStep(step(at, 0.01), { ...due, ...seen }, policy, null);
    const worse = labelled([70, 30], [90, 10]);
    // The next step has a share that the labels hold down.
    expect(decide({ rewards: worse.rewards as NonNullable<Evidence['rewards']> }, 0).action).toBe('advance');
    const held = decide({ rewards: worse.rewards as NonNullable<Evidence['rewards']> }, 1);
    expect(held.action).toBe('hold');
    expect(held.because).toMatch(
      /^80 %: the challenger is the better one with a probability of less than 0.1 %: 70 right of 100 against 90 right of 100; everybody comes next, where it is at least 50 %$/,
    );
    expect(decide({}, 1).because).toBe('80 %: no label has arrived, and a bandit goes by labels');
    expect(decide({ elapsed: 2000 * minute }, 1).action).toBe('rollBack');
    expect(againstEverybody(step(1, 1), labelled([90, 10], [70, 30]), policy)).toBeNull();
    expect(againstEverybody(step(1), worse, { ...policy, strategy: 'canary' })).toBeNull();
  });

  it('gives way to harm, and comes before waiting', () => {
    const harmed = {
      ...policy,
      rollback_when: [{ error_rate: { above: 0.02, for: minute, at_least: 5, by: 'bounds' as const } }],
    };
    const failing = { ...labelled([90, 10], [10, 90]), recent: { requests: 100, errors: 50, p99: 10 } };
    expect(decideStep(step(1), failing, harmed, null).action).toBe('rollBack');
    expect(decideStep(step(1), labelled([90, 10], [10, 90]), policy, null).action).toBe('reallocate');
  });
});

describe('the callers of some segments', () => {
  it('take part alone until the last step, and then everybody does', () => {
    const some = { ...policy, strategy: 'ab' as const, ramp: [0.5, 1], segments: ['beta'] };
    expect(segmentsOf(initialState(true), some)).toEqual(['beta']);
    expect(segmentsOf(step(0), some)).toEqual(['beta']);
    expect(segmentsOf(step(1), some)).toBeNull();
    expect(segmentsOf({ ...initialState(true), stage: 'bake' }, some)).toBeNull();
  });
});
