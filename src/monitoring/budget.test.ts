import { describe, expect, it } from 'vitest';
import { budgetWindows, readBudget } from './budget.ts';

const day = 86_400_000;
const errors = { error_rate: { at_most: 0.001, over: 30 * day } };
/** The same rate of bad events at all times. */
const steady = (events: number, bad: number) => () => ({ events, bad });

describe('an error budget', () => {
  it('is spent by its share of bad requests, said in numbers', () => {
    const longAgo = (ms: number) => (ms === 30 * day ? { events: 20_000, bad: 10 } : { events: 100, bad: 0 });
    expect(readBudget(errors, longAgo)).toEqual({
      spent: 0.5,
      because: '10 of 20,000 requests failed within 30 d, and 0.1 % may',
      burning: null,
      of: 'service',
    });
    expect(readBudget(errors, (ms) => (ms === 30 * day ? { events: 20_000, bad: 20 } : { events: 0, bad: 0 })).spent).toBe(1);
  });

  it('is not spent by one unlucky request in a quiet hour', () => {
    expect(readBudget(errors, steady(10, 1))).toMatchObject({ spent: 0.2, burning: null });
  });

  it('of nothing is spent by the first error', () => {
    const none = { error_rate: { at_most: 0, over: day } };
    expect(readBudget(none, steady(10, 0)).spent).toBe(0);
    expect(readBudget(none, steady(10, 1)).spent).toBe(1);
  });

  it('burns, and says how fast', () => {
    expect(readBudget(errors, steady(1000, 20))).toMatchObject({
      burning: { rate: 14.4, urgent: true },
      because: '2 % of 1,000 requests failed within 1 h: 20 times what the budget of 0.1 % in 30 d allows',
    });
    expect(readBudget(errors, steady(10_000, 15))).toMatchObject({ burning: { rate: 1, urgent: false } });
  });

  it('of latency is spent by slow requests', () => {
    const slow = { latency: { p99: 50, objective: 0.99, over: 7 * day } };
    const { spent, because } = readBudget(slow, (ms) => (ms === 7 * day ? { events: 10_000, bad: 150 } : { events: 0, bad: 0 }));
    expect(spent).toBeCloseTo(1.5, 9);
    expect(because).toBe('150 of 10,000 requests took longer than 50 ms within 7 d, and 1 % may');
  });

  it('is whole while nothing was served', () => {
    expect(readBudget(errors, steady(0, 0))).toMatchObject({ spent: 0, burning: null });
  });
});

describe('a budget of labels', () => {
  const accuracy = { accuracy: { at_least: 0.8, over: 30 * day } };

  it('burns by wrong answers, at a rate that can be reached', () => {
    // 14.4 times 20 % would be 288 %: half of all answers wrong is the fastest that is waited for.
    const half = readBudget(accuracy, steady(1000, 500));
    expect(half.burning?.rate).toBeCloseTo(2.5, 9);
    expect(half.of).toBe('labels');
    expect(readBudget(accuracy, steady(1000, 250)).because).toBe(
      '25 % of 1,000 labelled answers were wrong within 3 d: 1.3 times what the budget of 20 % in 30 d allows',
    );
    expect(readBudget(accuracy, steady(1000, 190)).burning).toBeNull();
  });

  it('counts answers that were too far off, in regression', () => {
    const off = { absolute_error: { at_most: 40, objective: 0.9, over: 30 * day } };
    expect(readBudget(off, steady(1000, 600)).because).toContain(
      '60 % of 1,000 labelled answers were off by more than 40 within',
    );
  });

  it('is read over its windows and its period', () => {
    expect(budgetWindows(errors)).toEqual([5, 30, 60, 360, 4320, 43_200].map((minutes) => minutes * 60_000));
  });
});
