import { describe, expect, it } from 'vitest';
import { budgetSpent } from './budget.ts';

const day = 86_400_000;
const errors = { error_rate: { at_most: 0.001, over: 30 * day } };

describe('an error budget', () => {
  it('is spent by its share of bad requests, said in numbers', () => {
    expect(budgetSpent(errors, { requests: 20_000, errors: 10, slower: 0 })).toEqual({
      spent: 0.5,
      because: '10 of 20,000 requests failed within 30 d, and 0.1 % may',
    });
    expect(budgetSpent(errors, { requests: 20_000, errors: 20, slower: 0 }).spent).toBe(1);
  });

  it('is not spent by one unlucky request in a quiet hour', () => {
    expect(budgetSpent(errors, { requests: 10, errors: 1, slower: 0 }).spent).toBe(0.2);
  });

  it('of nothing is spent by the first error', () => {
    const none = { error_rate: { at_most: 0, over: day } };
    expect(budgetSpent(none, { requests: 10, errors: 0, slower: 0 }).spent).toBe(0);
    expect(budgetSpent(none, { requests: 10, errors: 1, slower: 0 }).spent).toBe(1);
  });

  it('of latency is spent by slow requests', () => {
    const slow = { latency: { p99: 50, objective: 0.99, over: 7 * day } };
    const { spent, because } = budgetSpent(slow, { requests: 10_000, errors: 0, slower: 150 });
    expect(spent).toBeCloseTo(1.5, 9);
    expect(because).toBe('150 of 10,000 requests took longer than 50 ms within 7 d, and 1 % may');
  });

  it('is whole while nothing was served', () => {
    expect(budgetSpent(errors, { requests: 0, errors: 0, slower: 0 }).spent).toBe(0);
  });
});
