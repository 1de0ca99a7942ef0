import { describe, expect, it } from 'vitest';
import { policyOf, type RolloutPolicy } from '../rollout/state.ts';
import { modelSpec } from '../spec/schema.ts';
import { type Characteristics, operatingCharacteristics, spreadOf } from './characteristics.ts';
import { nothingRecorded, profileOf, type TrafficProfile } from './traffic-profile.ts';

function policy(task: 'binary-classification' | 'regression', release: object = {}): RolloutPolicy {
  const spec = {
    model: 'sales',
    task,
    owner: 'ada',
    source: { files: 'a.csv' },
    contract: { label: 'y', features: { a: { type: 'number' } } },
    release,
  };
  return policyOf(modelSpec.parse(spec).release);
}

const usual = profileOf('sales', 'binary-classification', nothingRecorded);
/** More errors, so that few rollouts tell. */
const failing: TrafficProfile = { ...usual, errorRate: 0.005 };
const few = { rollouts: 6, seed: 1 };
const short = { shadow: { for: '5m' }, step: { for: '5m' }, bake: '5m' };
const of = (found: readonly Characteristics[], name: string) => {
  const one = found.find(({ scenario }) => scenario.name.startsWith(name));
  if (one === undefined) throw new Error(`no ${name}`);
  return one;
};

describe('the operating characteristics of a policy', () => {
  const found = operatingCharacteristics(failing, policy('binary-classification', short), few);

  it('are of every rollout one end, a healthy version first', () => {
    expect(found.map(({ scenario }) => scenario.name)).toEqual([
      'healthy (A/A)',
      'errors doubled',
      'errors times 5',
      'accuracy 2 points less',
      'accuracy 5 points less',
      'latency half as long again',
    ]);
    for (const { rolledBack, promoted, undecided, interval, rolledBackAt, stages } of found) {
      expect(rolledBack + promoted + undecided).toBe(6);
      expect(rolledBackAt.length).toBe(rolledBack);
      expect(Object.values(stages).reduce((sum, count) => sum + count, 0)).toBe(rolledBack);
      expect(interval.low).toBeLessThanOrEqual(rolledBack / 6);
      expect(interval.high).toBeGreaterThanOrEqual(rolledBack / 6);
    }
  });

  it('promote what is healthy after the time that the policy asks for, and take back what fails or is wrong', () => {
    expect(of(found, 'healthy').promoted).toBeGreaterThanOrEqual(5);
    expect(of(found, 'healthy').promotedAfter?.median).toBeGreaterThanOrEqual(30 * 60_000);
    expect(of(found, 'healthy').promotedAfter?.median).toBeLessThan(40 * 60_000);
    expect(of(found, 'errors times 5').rolledBack).toBe(6);
    expect(of(found, 'accuracy 5 points').rolledBack).toBe(6);
    const { after } = of(found, 'errors times 5').found ?? { after: { median: Infinity } };
    expect(after.median).toBeLessThan(2 * 60_000);
    expect(of(found, 'errors times 5').rules).toEqual({ error_rate: 6 });
    expect(of(found, 'errors times 5').example).toMatch(
      /^challenger \d+(\.\d)? % errors \(\d+ of [\d,]+ requests\) within 2 min/,
    );
  });

  it('are the same for a seed, and others for another', () => {
    expect(operatingCharacteristics(failing, policy('binary-classification', short), few)).toEqual(found);
    const other = operatingCharacteristics(failing, policy('binary-classification', short), { ...few, seed: 2 });
    expect(other.map(({ rolledBackAt }) => rolledBackAt)).not.toEqual(found.map(({ rolledBackAt }) => rolledBackAt));
  });

  it('do not tell a version that is slow where no rule asks, and find it where one does', () => {
    expect(of(found, 'latency')).toEqual({ ...of(found, 'healthy'), scenario: of(found, 'latency').scenario });
    const rules = [{ latency: { above_champion_by: 0.2 } }];
    const asked = operatingCharacteristics(usual, policy('binary-classification', { ...short, rollback_when: rules }), few);
    expect(of(asked, 'latency').rolledBack).toBe(6);
    expect(of(asked, 'healthy').rolledBack).toBe(0);
    expect(of(asked, 'errors times 5').rolledBack).toBe(0);
  });

  it('of pairs that are alike are as few false rollbacks as of independent ones, and later finds', () => {
    const answers = { ...usual.answers, alike: 30 };
    const alike = operatingCharacteristics({ ...usual, answers }, policy('binary-classification', short), few);
    expect(of(alike, 'healthy').rolledBack).toBeLessThanOrEqual(1);
    const [later, soon] = [alike, found].map((all) => of(all, 'accuracy 5 points').found?.after.median ?? Infinity);
    expect(later).toBeGreaterThan(2 * (soon ?? 0));
  });

  it('of a regressor go by its absolute errors', () => {
    const profile = profileOf('sales', 'regression', nothingRecorded, { mae: 80 });
    const seen = operatingCharacteristics(profile, policy('regression', short), { ...few, rollouts: 3 });
    expect(of(seen, 'MAE 10 %').rolledBack).toBe(3);
    expect(of(seen, 'healthy').promoted).toBe(3);
  });

  it('tell what was promoted by the deadline from what a rule saw, and what only ran out of time', () => {
    // Hardly any traffic: no step ever gets its requests.
    const quiet = { ...usual, requestsPerSecond: new Array<number>(24).fill(0.001) };
    const release = { ...short, step: { for: '5m', at_most: '1h' } };
    const given = (at_deadline: string) =>
      operatingCharacteristics(quiet, policy('binary-classification', { ...release, at_deadline }), { rollouts: 2, seed: 1 })[0];
    expect(given('rollback')).toMatchObject({ rolledBack: 0, promoted: 0, undecided: 2 });
    expect(given('hold')).toMatchObject({ rolledBack: 0, promoted: 0, undecided: 2 });
    expect(given('advance')).toMatchObject({ rolledBack: 0, promoted: 2 });
  });

  it('wait for windows to close, and let a bandit give its share', () => {
    const held = operatingCharacteristics(usual, policy('binary-classification', short), {
      rollouts: 2,
      seed: 1,
      heldBack: (at) => (at % 86_400_000 < 12 * 3_600_000 ? 'quiet hours until 12:00 (UTC)' : null),
    });
    expect(held[0]?.promotedAfter?.p90).toBeGreaterThan(31 * 60_000);
    const bandit = operatingCharacteristics(usual, policy('binary-classification', { ...short, strategy: 'bandit' }), {
      rollouts: 2,
      seed: 1,
    });
    expect(of(bandit, 'accuracy 5 points').promoted).toBe(0);
  });

  it('are told by median and 90th percentile', () => {
    expect(spreadOf([5, 1, 2, 4, 3, 6, 7, 8, 10, 9])).toEqual({ median: 6, p90: 10 });
    expect(spreadOf([5])).toEqual({ median: 5, p90: 5 });
  });
});
