import { describe, expect, it } from 'vitest';
import { initialState, shareOf } from './course.ts';
import { decideStep } from './decide-step.ts';
import type { ArmCounts, Command, Evidence, PairedCounts, RolloutPolicy, RolloutState } from './state.ts';

const minute = 60_000;
const policy: RolloutPolicy = {
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

const arm = (requests: number, errors = 0, p99: number | null = requests === 0 ? null : 12): ArmCounts => ({
  requests,
  errors,
  p99,
});
const noPairs: PairedCounts = { pairs: 0, disagreements: 0, labelled: 0, champion: {}, challenger: {}, standardError: {} };
const labelled: PairedCounts = {
  pairs: 1204,
  disagreements: 110,
  labelled: 840,
  champion: { accuracy: 0.768 },
  challenger: { accuracy: 0.791 },
  standardError: { accuracy: 0.01 },
};
/** A step that has all it needs: 1,204 requests of the model, each scored by both sides. */
const enough: Evidence = {
  elapsed: 10 * minute,
  champion: arm(1204, 4),
  challenger: arm(1204, 2),
  recent: arm(240),
  recentChampion: arm(240, 1),
  paired: labelled,
  lapsed: false,
  inForce: true,
};
const ramp = (step: number): RolloutState => ({ ...initialState(true), stage: 'ramp', step });
const bake: RolloutState = { ...initialState(true), stage: 'bake' };
const failing = { recent: arm(200, 12), recentChampion: arm(200, 0) };

const decide = (state: RolloutState, change: Partial<Evidence> = {}, command: Command = null, by: RolloutPolicy = policy) =>
  decideStep(state, { ...enough, ...change }, by, command);

describe('a step of a rollout', () => {
  it('goes on when time and evidence are there, and says why as one would on the phone', () => {
    expect(decide(ramp(1))).toEqual({
      action: 'advance',
      because:
        '25 % held for 10 min: 1,204 requests, challenger 0.2 % errors (champion 0.3 %), accuracy 79.1 % against 76.8 % on 840 labelled pairs',
    });
  });

  it('holds until its time has passed', () => {
    expect(decide(ramp(1), { elapsed: 3 * minute })).toEqual({ action: 'hold', because: '25 %: 3 min of 10 min' });
  });

  it('counts a request that both sides scored once', () => {
    expect(decide(ramp(1), { champion: arm(600), challenger: arm(600) })).toEqual({
      action: 'hold',
      because: '25 %: 600 of 1,000 requests',
    });
    const unshadowed = { ...policy, shadow: { ...policy.shadow, share: 0 } };
    expect(decide(ramp(1), { champion: arm(750), challenger: arm(250) }, null, unshadowed).action).toBe('advance');
  });

  it('holds while no request has reached the challenger, whatever the champion answered', () => {
    const unshadowed = { ...policy, shadow: { ...policy.shadow, share: 0 } };
    expect(decide(ramp(0), { champion: arm(5000), challenger: arm(0) }, null, unshadowed)).toEqual({
      action: 'hold',
      because: '5 %: no request has reached the challenger',
    });
  });

  it('holds until every gateway has it in force', () => {
    expect(decide(ramp(1), { inForce: false }).action).toBe('hold');
  });

  it('does not go on when it cannot be judged in its longest time', () => {
    expect(decide(ramp(1), { elapsed: 1440 * minute, champion: arm(40), challenger: arm(40) })).toEqual({
      action: 'rollBack',
      because: '25 % after 1 d: 40 of 1,000 requests; a rollout that cannot be judged does not go on',
    });
    expect(decide(ramp(1), { elapsed: 1440 * minute, inForce: false }).action).toBe('rollBack');
  });

  it('gives a shadow that is longer than the longest step its own time', () => {
    const long = { ...policy, shadow: { for: 3 * 1440 * minute, share: 1 } };
    expect(decide(initialState(true), { elapsed: 2 * 1440 * minute }, null, long).action).toBe('hold');
    expect(decide(initialState(true), { elapsed: 3 * 1440 * minute }, null, long).action).toBe('advance');
  });

  it('leaves the shadow with its time and a pair', () => {
    expect(decide(initialState(true), { paired: noPairs }).action).toBe('hold');
    expect(decide(initialState(true)).action).toBe('advance');
    expect(decide(initialState(true), { paired: noPairs }, null, { ...policy, shadow: { for: 0, share: 0 } }).action).toBe(
      'advance',
    );
  });

  it('promotes from the bake, after its time and with a step’s evidence', () => {
    expect(decide(bake).action).toBe('hold');
    expect(decide(bake, { elapsed: 60 * minute }).action).toBe('promote');
    expect(decide(bake, { elapsed: 60 * minute, champion: arm(10), challenger: arm(10) }).action).toBe('hold');
  });
});

describe('a rollback rule', () => {
  it('rolls back in any stage, before any time has passed, paused or not', () => {
    for (const state of [initialState(true), ramp(0), ramp(3), bake]) {
      expect(decide({ ...state, paused: true }, { ...failing, elapsed: 1000, inForce: false }).action).toBe('rollBack');
    }
  });

  it('wins over a person’s promote', () => {
    expect(decide(ramp(1), failing, 'promote').action).toBe('rollBack');
  });

  it('in doubt holds a step that has all it needs, and ends it at the deadline', () => {
    const doubtful = { paired: { ...labelled, challenger: { accuracy: 0.74 } } };
    expect(decide(ramp(1), doubtful).action).toBe('hold');
    expect(decide(ramp(1), doubtful).because).toContain('it could be chance');
    expect(decide(ramp(1), { ...doubtful, elapsed: 1440 * minute }).action).toBe('rollBack');
  });
});

describe('a lapsed lease', () => {
  it('begins the step again, until so many lapses end the rollout', () => {
    expect(decide(ramp(2), { lapsed: true })).toEqual({
      action: 'restart',
      because: 'the lease of 30 s ran out, lapse 1 of 3: nobody watched; 50 % begins again',
    });
    expect(decide({ ...ramp(2), lapses: 2 }, { lapsed: true }).action).toBe('rollBack');
  });

  it('never promotes, not even by a person’s word', () => {
    expect(decide(bake, { elapsed: 60 * minute, lapsed: true }).action).toBe('restart');
    expect(decide(bake, { elapsed: 60 * minute, lapsed: true }, 'promote').action).toBe('restart');
  });
});

describe('a person', () => {
  it('promotes without waiting', () => {
    expect(decide(ramp(0), { elapsed: 1000, inForce: false, paired: noPairs }, 'promote').action).toBe('promote');
  });

  it('pauses without a deadline', () => {
    const decision = decide({ ...ramp(1), paused: true }, { elapsed: 9999 * minute, champion: arm(0), challenger: arm(0) });
    expect(decision.action).toBe('hold');
    expect(decision.because).toMatch(/^paused; /);
  });

  it('promotes what was paused', () => {
    expect(decide({ ...ramp(1), paused: true }, {}, 'promote').action).toBe('promote');
  });
});

describe('a model’s first version', () => {
  const first = initialState(false);
  const alone = { champion: arm(0), recentChampion: arm(0), paired: noPairs, elapsed: 60 * minute };

  it('goes straight to the bake at 100 %', () => {
    expect(first.stage).toBe('bake');
    expect(shareOf(first, policy).share).toBe(1);
  });

  it('goes live into an empty world after its bake', () => {
    expect(decide(first, { ...alone, challenger: arm(0), recent: arm(0) })).toEqual({
      action: 'promote',
      because: 'the bake held for 1 h: no requests yet, no champion to compare with',
    });
    expect(decide(first, { ...alone, challenger: arm(0), recent: arm(0), elapsed: minute }).action).toBe('hold');
  });

  it('is judged by its errors where there is traffic', () => {
    expect(decide(first, { ...alone, challenger: arm(300, 20), recent: arm(100, 20), elapsed: minute }).action).toBe('rollBack');
  });

  it('is not judged by its latency: slow answers are better than none', () => {
    const strict = { ...policy, rollback_when: [{ latency: { p99: 1, at_least: 1 } }] };
    expect(decide(first, { ...alone, challenger: arm(300, 0, 80) }, null, strict).action).toBe('promote');
  });
});

describe('when a step cannot be judged', () => {
  const waiting = { elapsed: 1440 * minute, champion: arm(40), challenger: arm(40) };

  it('the policy says what becomes of it', () => {
    expect(decide(ramp(1), waiting, null, { ...policy, at_deadline: 'hold' })).toEqual({
      action: 'hold',
      because: '25 % after 1 d: 40 of 1,000 requests; it holds, as the policy says',
    });
    expect(decide(ramp(1), waiting, null, { ...policy, at_deadline: 'advance' })).toEqual({
      action: 'advance',
      because: '25 % after 1 d: 40 of 1,000 requests; it goes on, as the policy says',
    });
  });

  it('what no gateway has in force does not go on', () => {
    const advance = { ...policy, at_deadline: 'advance' as const };
    expect(decide(ramp(1), { ...waiting, inForce: false }, null, advance).action).toBe('hold');
  });

  it('its largest exposure ends a doubt before its time does, but not in the first minutes, nor at 100 %', () => {
    const few = { ...policy, step: { ...policy.step, exposure: 10_000 } };
    const doubtful = { paired: { ...labelled, challenger: { accuracy: 0.74 } }, answered: 10_000 };
    expect(decide(ramp(1), doubtful, null, few)).toMatchObject({
      action: 'rollBack',
      because: expect.stringMatching(/^25 % after 10,000 answers: accuracy/) as string,
    });
    expect(decide(ramp(1), { ...doubtful, answered: 9_999 }, null, few).action).toBe('hold');
    expect(decide(ramp(1), { ...doubtful, elapsed: minute }, null, few).action).toBe('hold');
    expect(decide(ramp(3), doubtful, null, few).action).toBe('hold');
  });
});

describe('a window', () => {
  const heldBack = 'quiet hours until Mon 08:00 (UTC)';

  it('holds what would go on, and says until when', () => {
    expect(decide(ramp(1), { heldBack }).action).toBe('hold');
    expect(decide(ramp(1), { heldBack }).because).toMatch(/^25 %: quiet hours until Mon 08:00 \(UTC\); 25 % held for 10 min/);
    expect(decide(bake, { heldBack, elapsed: 60 * minute }).action).toBe('hold');
  });

  it('holds neither a rollback nor a person', () => {
    expect(decide(ramp(1), { ...failing, heldBack }).action).toBe('rollBack');
    expect(decide(ramp(1), { heldBack, elapsed: 1440 * minute, inForce: false }).action).toBe('rollBack');
    expect(decide(ramp(1), { heldBack }, 'promote').action).toBe('promote');
  });
});

describe('a limit for going on', () => {
  const limited = { ...policy, step: { ...policy.step, error_rate: { below: 0.01, over: 10 * minute } } };

  it('holds a step with more errors than that', () => {
    expect(decide(ramp(1), { calm: arm(1000, 15) }, null, limited)).toEqual({
      action: 'hold',
      because: '25 %: challenger 1.5 % errors (15 of 1,000 requests) within 10 min; it goes on below 1 %',
    });
    expect(decide(ramp(1), { calm: arm(1000, 9) }, null, limited).action).toBe('advance');
  });
});

describe('a release that has to be proven', () => {
  const proven = { ...policy, advance: 'when_proven' as const };
  const losses = (counts: number[]) => ({ paired: { ...labelled, losses: { accuracy: { losses: [-1, 0, 1], counts } } } });

  it('goes on once a larger loss than is allowed is excluded', () => {
    expect(decide(ramp(1), losses([110, 640, 90]), null, proven)).toMatchObject({
      action: 'hold',
      because: expect.stringContaining('is not excluded yet') as string,
    });
    expect(decide(ramp(1), losses([110, 640, 90])).action).toBe('advance');
    expect(decide(ramp(1), losses([200, 600, 40]), null, proven).action).toBe('advance');
  });

  it('waits for labels', () => {
    expect(decide(ramp(1), { paired: { ...noPairs, losses: {} } }, null, proven).because).toBe(
      '25 %: accuracy has 0 of 200 labelled pairs',
    );
  });
});

describe('the verdict', () => {
  const stated = { ...policy, hypothesis: 'a model of 90 days tells the price better', success: 'accuracy' as const };
  const verdict = (counts: number[]) =>
    decide(
      bake,
      { elapsed: 60 * minute, paired: { ...labelled, losses: { accuracy: { losses: [-1, 0, 1], counts } } } },
      null,
      stated,
    ).because;

  it('is written against the hypothesis where the rollout ends', () => {
    expect(verdict([200, 600, 40])).toMatch(
      /\. "a model of 90 days tells the price better" is shown: accuracy 79\.1 % against 76\.8 % on 840 labelled pairs, a gain of 2\.3 points, surely from [\d.]+ points to [\d.]+ points$/,
    );
    expect(verdict([110, 640, 90])).toMatch(
      /is open: .* which may be anything from a loss of [\d.]+ points to a gain of [\d.]+ points$/,
    );
    expect(verdict([40, 600, 200])).toContain('is refuted');
  });

  it('says so where nothing tells', () => {
    expect(decide(bake, { elapsed: 60 * minute, paired: noPairs }, null, stated).because).toContain(
      'no labelled pair tells of accuracy',
    );
    expect(decide(ramp(1), {}, null, stated).because).not.toContain('hypothesis');
  });
});
