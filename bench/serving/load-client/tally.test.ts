import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

it('measures what falls into its time, and counts everything', () => {
  const tally = new Tally(1000, 3000);
  tally.answered(999, 500, '1');
  for (let i = 1; i <= 100; i++) tally.answered(1000 + i * 10, i, i <= 90 ? '1' : '2');
  tally.answered(3000, 500, '2');
  tally.failed('timeout');
  tally.failed('status 503', 2);
  tally.failed('closed', 0);
  const { latency, ...rest } = tally.result();
  expect(rest).toEqual({
    answered: 100,
    perSecond: 50,
    total: 102,
    counted: { '1': 91, '2': 11 },
    errors: { timeout: 1, 'status 503': 2 },
    seconds: [99, 1],
  });
  // The histogram keeps three digits.
  expect(latency.p50).toBeCloseTo(50, 0);
  expect(latency.p99).toBeCloseTo(99, 0);
  expect(latency.max).toBeCloseTo(100, 0);
  expect(latency.mean).toBeCloseTo(50.5, 0);
});

it('says nothing of latencies where nothing was answered', () => {
  const { latency, perSecond } = new Tally(0, 1000).result();
  expect(perSecond).toBe(0);
  expect(latency).toEqual({ mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
});
