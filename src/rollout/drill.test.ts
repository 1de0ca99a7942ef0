import { describe, expect, it } from 'vitest';
import { initialState, nextState } from './course.ts';
import { decideDrill, drillSentence, isSound, judgeDrill, type Recovery } from './drill.ts';
import type { ArmCounts, Command, Evidence, RolloutPolicy, RolloutState } from './state.ts';

const minute = 60_000;
const policy: RolloutPolicy = {
  shadow: { for: 10 * minute, share: 1 },
  ramp: [0.05, 1],
  step: { for: 10 * minute, at_least: 1000, at_most: 1440 * minute },
  bake: 60 * minute,
  lease: 30_000,
  lapses: 3,
  rollback_when: [
    { error_rate: { above: 0.02, for: 2 * minute, at_least: 5, by: 'bounds' } },
    { latency: { p99: 5, at_least: 100 } },
  ],
};
const arm = (requests: number, errors = 0): ArmCounts => ({ requests, errors, p99: 2 });
const enough: Evidence = {
  elapsed: 60 * minute,
  champion: arm(2000),
  challenger: arm(2000),
  recent: arm(400),
  recentChampion: arm(400),
  paired: { pairs: 2000, disagreements: 0, labelled: 0, champion: {}, challenger: {}, standardError: {} },
  lapsed: false,
  inForce: true,
};
const shadow = initialState(true);
const ramp: RolloutState = { ...shadow, stage: 'ramp' };
const bake: RolloutState = { ...shadow, stage: 'bake' };
const failing: Evidence = { ...enough, recent: arm(400, 40) };

const decide = (state: RolloutState, evidence: Evidence, command: Command = null) =>
  decideDrill(state, evidence, policy, command);
const judge = (state: RolloutState, evidence: Evidence) => {
  const { because } = decide(state, evidence);
  return judgeDrill(state, evidence, policy, { because, champion: 6 });
};

describe('a drill', () => {
  it('climbs as a release does, and is rolled back where a new version would be promoted', () => {
    const after = nextState(shadow, decide(shadow, enough), policy);
    expect(after).toMatchObject({ stage: 'ramp' });
    expect(decide(ramp, enough).action).toBe('advance');
    expect(decide(bake, enough).action).toBe('rollBack');
    expect(judge(bake, enough)).toMatchObject({
      ended: 'as_planned',
      rule: null,
      because: expect.stringMatching(
        /^the drill ends here, as planned, where a new version would be promoted: the bake .*2,000 requests/,
      ),
    });
  });

  it('promotes nothing, whoever says so', () => {
    for (const state of [shadow, ramp, bake])
      for (const evidence of [enough, failing, { ...enough, elapsed: 0 }])
        expect(decide(state, evidence, 'promote')).toEqual(decide(state, evidence));
  });

  it('is held back by a window in its ramp, and not in its bake, which a rollback ends', () => {
    const held: Evidence = { ...enough, heldBack: 'a freeze until the end of 2027-01-03 (UTC)' };
    expect(decide(ramp, held)).toMatchObject({ action: 'hold', because: expect.stringContaining('a freeze') });
    expect(judge(bake, held).ended).toBe('as_planned');
  });

  it('names the rule that sees harm where there is none', () => {
    expect(judge(ramp, failing)).toMatchObject({
      ended: 'false_alarm',
      rule: 'error_rate',
      because: expect.stringMatching(
        /^a false alarm of error_rate: the copy is v6 itself, so that what was seen is chance, or the rule's fault: challenger 10 % errors/,
      ),
    });
  });

  it('is undecided where the policy cannot judge it in time, or nobody watches', () => {
    const late: Evidence = { ...enough, challenger: arm(3), champion: arm(2), elapsed: policy.step.at_most };
    expect(decide(ramp, late).action).toBe('rollBack');
    expect(judge(ramp, late)).toMatchObject({ ended: 'undecided', rule: null });
    const lapsed: RolloutState = { ...ramp, lapses: 2 };
    expect(judge(lapsed, { ...enough, lapsed: true })).toMatchObject({ ended: 'undecided', rule: null });
  });
});

describe('what a drill has shown', () => {
  const recovery: Recovery = { tookMs: 412, waitedMs: 120_000, gateways: 2, late: [], lastAnswerMs: 1900 };
  const loads = { version: 6, loads: true, because: 'v6 was loaded from the object store and answers 100 rows' };

  it('is said as one would on the phone', () => {
    const former = { version: 5, loads: false, because: 'v5 cannot be gone back to: it is gone' };
    expect(drillSentence('the drill ends here', recovery, [loads])).toBe(
      'the drill ends here. From the decision until all 2 gateways followed it took 412 ms; the last answer of the copy came within 1.9 s. v6 was loaded from the object store and answers 100 rows',
    );
    expect(drillSentence('ada ended the drill', null, [loads, former])).toBe(
      'ada ended the drill. A way back is broken: v5 cannot be gone back to: it is gone. v6 was loaded from the object store and answers 100 rows',
    );
    const late = { ...recovery, tookMs: null, late: ['10.0.0.7:8080'] };
    expect(drillSentence('so', late, [])).toBe('so. 1 gateway of 2 did not follow within 2 min: 10.0.0.7:8080');
  });

  it('is sound only where it ended as planned and every way back loads', () => {
    expect(isSound({ ended: 'as_planned', waysBack: [loads] })).toBe(true);
    expect(isSound({ ended: 'as_planned', waysBack: [loads, { ...loads, loads: false }] })).toBe(false);
    expect(isSound({ ended: 'false_alarm', waysBack: [loads] })).toBe(false);
  });
});
