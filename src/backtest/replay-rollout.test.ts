import { describe, expect, it } from 'vitest';
import type { ErrorRow } from '../registry/error-windows.ts';
import { exampleSpec } from '../registry/example-model.testsuite.ts';
import type { RecordedRollout, RecordedStep } from '../registry/recorded-rollouts.ts';
import type { WindowStretch } from '../registry/window-series.ts';
import { policyOf, type RolloutPolicy } from '../rollout/state.ts';
import { policyOnRecord, replayRollout } from './replay-rollout.ts';
import { RolloutEvidence } from './rollout-evidence.ts';
import type { RolloutRecord } from './rollout-record.ts';

const minute = 60_000;
const start = Date.parse('2026-03-02T09:00:00Z');
const spec = exampleSpec('m');
const usual: RolloutPolicy = {
  ...policyOf(spec.release),
  ramp: [0.1, 1],
  shadow: { for: 10 * minute, share: 0 },
  step: { ...spec.release.step, for: 10 * minute, at_least: 100, at_most: 24 * 60 * minute },
  bake: 60 * minute,
  rollback_when: [{ error_rate: { above: 0.02, for: 2 * minute, at_least: 5, by: 'bounds' } }],
};

const decided = (stage: string, action: string, at: number): RecordedStep['ended'] => ({
  stage,
  action,
  because: 'a test',
  at,
  lapsed: false,
  inForce: true,
});

/** Shadow, 10 % and 100 % of ten minutes each, and an hour's bake; promoted. */
function recorded(changes: Partial<RecordedRollout> = {}): RecordedRollout {
  const step = (revision: number, minutes: number, share: number, ended: RecordedStep['ended']): RecordedStep => ({
    revision,
    at: start + minutes * minute,
    share,
    shadowShare: 0,
    segments: null,
    ended,
  });
  return {
    release: 'm/2',
    version: 2,
    champion: 1,
    steps: [
      step(5, 0, 0, decided('shadow', 'advance', start + 10 * minute)),
      step(6, 10, 0.1, decided('ramp 1', 'advance', start + 20 * minute)),
      step(7, 20, 1, decided('ramp 2', 'advance', start + 30 * minute)),
      step(8, 30, 1, decided('bake', 'promote', start + 90 * minute)),
    ],
    words: [],
    endedAt: start + 90 * minute,
    ...changes,
  };
}

interface Traffic {
  readonly lookEvery?: number;
  /** Of the challenger's requests, at a time since the beginning. */
  readonly errorRate?: (ms: number) => number;
}

/** 100 requests in each stretch, split as the steps say. */
function recordOf(rollout: RecordedRollout, { lookEvery = 5000, errorRate = () => 0 }: Traffic = {}): RolloutRecord {
  const to = rollout.endedAt ?? start + 90 * minute;
  const windows: WindowStretch[] = [];
  const errors: ErrorRow[] = [];
  for (let until = start + lookEvery; until <= to; until += lookEvery) {
    const { share, revision } = rollout.steps.findLast(({ at }) => at < until) ?? rollout.steps[0];
    const own = Math.round(100 * share);
    const failed = Math.round(own * errorRate(until - start));
    const common = { revision, until, begunAt: until - lookEvery, latency: { zeros: 0, buckets: [], counts: [] } };
    windows.push({ ...common, version: 1, role: 'champion', requests: 100 - own, errors: 0 });
    windows.push({ ...common, version: 2, role: 'challenger', requests: own, errors: failed });
    const keys = Array.from({ length: failed }, (_, i) => windows.length * 100 + i);
    const errorsByKey = { keys, counts: keys.map(() => 1), others: 0 };
    errors.push({ startedAt: until - lookEvery, seenAt: until, revision, role: 'challenger', errors: failed, errorsByKey });
  }
  const nothing = { upTo: () => Promise.resolve([]) };
  const shares = new Map(rollout.steps.map(({ revision, share }) => [revision, share]));
  return { rollout, from: start, to, lookEvery, windows, errors, shares, log: nothing, labels: nothing };
}

async function replay(policy: RolloutPolicy, rollout = recorded(), traffic: Traffic = {}) {
  const record = recordOf(rollout, traffic);
  const held = policyOnRecord(policy, rollout);
  const replayed = await replayRollout(record, new RolloutEvidence(record, held, spec), held);
  const decisions = replayed.decisions.map(({ stage, action, at }) => `${stage} ${action} ${(at - start) / minute}`);
  return { ...replayed, minutes: (replayed.at - start) / minute, decisions };
}

const brokenFrom = (from: number, rate: number) => (ms: number) => (ms > from * minute ? rate : 0);

describe('a recorded rollout under a policy', () => {
  it('goes as it went by the policy of then, also where looks are far apart', async () => {
    for (const lookEvery of [2000, 30_000]) {
      const { outcome, decisions } = await replay(usual, recorded(), { lookEvery });
      expect({ outcome, decisions }).toEqual({
        outcome: 'promoted',
        decisions: ['shadow advance 10', 'ramp 1 advance 20', 'ramp 2 advance 30', 'bake promote 90'],
      });
    }
  });

  it('is rolled back where its own rules see harm in what was recorded, and says after how many requests', async () => {
    const broken = { errorRate: brokenFrom(12, 0.1) };
    const seen = await replay(usual, recorded(), broken);
    expect(seen).toMatchObject({ outcome: 'rolled_back', where: '10 %' });
    expect(seen.minutes).toBeGreaterThan(12);
    expect(seen.minutes).toBeLessThan(13);
    expect(seen.because).toMatch(/^challenger \d\.\d % errors \(\d+ of \d+ requests\) within 2 min, above 2 %/);
    // Ten requests in five seconds since the tenth minute.
    expect(seen.exposed).toBeCloseTo(((seen.minutes - 10) * 60 * 10) / 5);
    const lenient = {
      ...usual,
      rollback_when: [{ error_rate: { above: 0.2, for: 2 * minute, at_least: 5, by: 'bounds' as const } }],
    };
    expect(await replay(lenient, recorded(), broken)).toMatchObject({ outcome: 'promoted', minutes: 90 });
    const ratio = await replay({ ...usual, rollback_when: [{ error_ratio: { above: 1 } }] }, recorded(), broken);
    expect(ratio.outcome).toBe('rolled_back');
    expect(ratio.minutes).toBeLessThan(12.5);
  });

  it('takes steps of its own length from where it decided, at the shares that were recorded', async () => {
    const hasty = await replay({ ...usual, step: { ...usual.step, for: 3 * minute }, bake: 20 * minute });
    expect(hasty.decisions).toEqual(['shadow advance 10', 'ramp 1 advance 13', 'ramp 2 advance 16', 'bake promote 36']);
    const wanting = { ...usual, step: { ...usual.step, at_least: 3000 } };
    // 20 requests a second: 3,000 take two and a half minutes, in each step anew.
    expect((await replay({ ...wanting, step: { ...wanting.step, for: minute } })).decisions.slice(0, 3)).toEqual([
      'shadow advance 10',
      'ramp 1 advance 12.5',
      'ramp 2 advance 15',
    ]);
  });

  it('is undecided where the record ends before it decides', async () => {
    const patient = await replay({ ...usual, bake: 600 * minute });
    expect(patient).toMatchObject({ outcome: 'undecided', minutes: 90, where: 'the bake' });
    expect(patient.because).toBe('the bake: 1 h of 10 h');
  });

  it('begins a step again for each lapse on record, and ends with the last that the policy allows', async () => {
    const [shadow, ramp] = recorded().steps as readonly [RecordedStep, RecordedStep];
    const lapsed = {
      stage: 'ramp 1',
      action: 'restart',
      because: 'a test',
      at: start + 15 * minute,
      lapsed: true,
      inForce: true,
    };
    const begunAgain = { ...ramp, revision: 9, at: start + 15 * minute };
    const again = recorded({ steps: [shadow, { ...ramp, ended: lapsed }, begunAgain] });
    expect((await replay(usual, again)).decisions.slice(1, 3)).toEqual(['ramp 1 restart 15', 'ramp 1 advance 25']);
    const strict = await replay({ ...usual, lapses: 1 }, again);
    expect(strict).toMatchObject({ outcome: 'rolled_back', minutes: 15 });
  });

  it("does as people said: their words are nobody's policy", async () => {
    const word = (action: 'promote' | 'rollback' | 'pause' | 'resume', minutes: number) => ({
      action,
      by: 'ada',
      reason: 'because',
      at: start + minutes * minute,
    });
    const withdrawn = await replay(usual, recorded({ words: [word('rollback', 14)] }));
    expect(withdrawn).toMatchObject({ outcome: 'rolled_back', minutes: 14, because: 'ada rolled it back: because' });
    const early = await replay(usual, recorded({ words: [word('promote', 14)] }));
    expect(early).toMatchObject({ outcome: 'promoted', minutes: 14 });
    const paused = await replay(usual, recorded({ words: [word('pause', 14), word('resume', 24)] }));
    expect(paused.decisions[1]).toBe('ramp 1 advance 24');
  });

  it('is held back by the windows of the policy, by the clock of then', async () => {
    const windows = { quiet: ['09:15 - 09:45'], freeze: [], time_zone: 'UTC' };
    expect((await replay({ ...usual, windows })).decisions[1]).toBe('ramp 1 advance 45');
  });
});
