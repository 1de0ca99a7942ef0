import { describe, expect, it } from 'vitest';
import { differenceOf, type RolloutComparison, type RolloutEnd, rolloutsInWords } from './compare-rollouts.ts';

const minute = 60_000;
const end = (outcome: RolloutEnd['outcome'], where: string, minutes: number): RolloutEnd => ({
  outcome,
  where,
  at: minutes * minute,
  because: 'a test',
  exposed: 0,
});
const promoted = end('promoted', 'the bake', 90);
const back = end('rolled_back', '25 %', 30);

describe('what differs between two ends of a rollout', () => {
  it('is nothing where both say the same within two looks', () => {
    expect(differenceOf(promoted, { ...promoted, at: promoted.at + 4000 }, 1000)).toBeNull();
    expect(differenceOf(promoted, { ...promoted, at: promoted.at + 55_000 }, 30_000)).toBeNull();
    // A policy may call the same moment another step.
    expect(differenceOf(back, { ...back, where: '5 %' }, 1000)).toBeNull();
    expect(differenceOf(end('running', '5 %', 10), end('undecided', '5 %', 10), 1000)).toBeNull();
  });

  it('is told by what is decided, where, and how much sooner or later', () => {
    expect(differenceOf(promoted, back, 1000)).toBe('rolled back at 25 %, 1 h sooner; it was promoted at the bake');
    expect(differenceOf(back, promoted, 1000)).toBe('promoted at the bake, 1 h later; it was rolled back at 25 %');
    expect(differenceOf(back, { ...back, at: 20 * minute, where: '5 %' }, 1000)).toBe('10 min sooner, at 5 %');
    expect(differenceOf(promoted, end('undecided', '50 %', 90), 1000)).toBe(
      'undecided when the record ends, at 50 %; it was promoted',
    );
    expect(differenceOf(end('running', '5 %', 10), end('rolled_back', '5 %', 4), 1000)).toBe(
      'rolled back at 5 %, 6 min sooner; it is running',
    );
  });
});

describe('many rollouts in a line', () => {
  const comparison = (recorded: RolloutEnd, replayed: RolloutEnd): RolloutComparison => {
    const differs = differenceOf(recorded, replayed, 1000);
    return {
      release: 'm/1',
      version: 1,
      champion: null,
      begunAt: 0,
      lookEvery: 1000,
      recorded,
      replayed,
      decisions: [],
      differs,
    };
  };

  it('says how many end as on record, and how the others do', () => {
    expect(rolloutsInWords([])).toBe('No rollout is on record.');
    expect(rolloutsInWords([comparison(promoted, promoted)])).toBe('1 of 1 rollout ends as on record.');
    const all = [
      comparison(promoted, promoted),
      comparison(promoted, back),
      comparison(back, promoted),
      comparison(back, end('undecided', '25 %', 30)),
      comparison(back, { ...back, at: 0 }),
    ];
    expect(rolloutsInWords(all)).toBe(
      '1 of 5 rollouts ends as on record; 1 rolled back that was promoted, 1 promoted that was rolled back, 1 undecided when the record ends, 1 at another time.',
    );
  });
});
