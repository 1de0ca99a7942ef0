import { describe, expect, it } from 'vitest';
import { contractFaults, qualityFinding } from './quality.ts';

const times = <T>(value: T, count: number) => new Array<T>(count).fill(value);
const number = { type: 'number', nullable: 0.01, log: 'keep' } as const;
const category = {
  type: 'category' as const,
  values: ['Female', 'Male'],
  unseen: 'reject' as const,
  nullable: 0,
  log: 'keep' as const,
};
const faults = (sample: Parameters<typeof contractFaults>[0], features: Parameters<typeof contractFaults>[1], tolerated = 0) =>
  contractFaults(sample, features, tolerated).map(({ because }) => because);

describe('what callers send against the contract of the data', () => {
  it('is faulty where values are missing more often than is accepted, by more than chance', () => {
    const missing = (count: number) => ({ transfer: [...times(0.5, 1000 - count), ...times(null, count)] });
    expect(faults(missing(0), { transfer: number })).toEqual([]);
    expect(faults(missing(10), { transfer: number })).toEqual([]);
    expect(faults(missing(20), { transfer: number })).toEqual([]);
    expect(faults(missing(60), { transfer: number })).toEqual([
      'transfer is missing in 6 % of 1,000 predictions, where 1 % is accepted',
    ]);
    expect(faults(missing(60), { transfer: number }, 0.05)).toEqual([]);
  });

  it('is faulty where numbers leave their range', () => {
    const sample = { age: [...times(40, 900), ...times(420, 100)] };
    expect(faults(sample, { age: { ...number, min: 16, max: 100 } })).toEqual([
      'age is outside 16 to 100 in 10 % of 1,000 predictions, such as 420',
    ]);
    expect(faults(sample, { age: { ...number, min: 16 } })).toEqual([]);
  });

  it('is faulty where categories come that the contract rejects, and not where it allows them', () => {
    const sample = { sex: [...times('Male', 500), ...times('m', 300), ...times('f', 200)] };
    expect(faults(sample, { sex: category })).toEqual([
      'sex has m and f in 50 % of 1,000 predictions, which the contract rejects',
    ]);
    expect(faults(sample, { sex: { ...category, unseen: 'allow' } })).toEqual([]);
  });

  it('is one finding for the owner, naming each feature once', () => {
    const found = contractFaults({ a: times(null, 100), b: times(7, 100) }, { a: number, b: { ...number, max: 1 } }, 0);
    expect(qualityFinding(found, 'grid-pricing')).toEqual({
      because:
        'the data is faulty, for grid-pricing to see to: a is missing in 100 % of 100 predictions, where 1 % is accepted; b is above 1 in 100 % of 100 predictions, such as 7',
      features: ['a', 'b'],
    });
    expect(qualityFinding([], 'grid-pricing')).toBeNull();
  });
});
