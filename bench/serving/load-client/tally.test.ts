import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

it('measures what falls into its time, and counts everything', () => {
  const tally = new Tally(1000, 3000);
  tally.answered(999, 500, '1', 999);
  for (let i = 1; i <= 100; i++) tally.answered(1000 + i * 10, 1000 + i * 9, i <= 90 ? '1' : '2', 1000 + i * 10);
  tally.answered(3000, 2500, '2', 3000);
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

it('measures the latency of what was due in its time and answered after it, and does not count it among what was given in it', () => {
  const tally = new Tally(0, 1000);
  tally.answered(500, 400, '', 400);
  tally.answered(3900, 900, '', 900);
  tally.answered(900, -10, '', -10);
  const { answered, perSecond, seconds, latency } = tally.result();
  expect({ answered, perSecond, seconds }).toEqual({ answered: 2, perSecond: 2, seconds: [2] });
  expect(latency.max).toBeCloseTo(3000, -1);
});

it('says nothing of latencies where nothing was answered', () => {
  const { latency, perSecond } = new Tally(0, 1000).result();
  expect(perSecond).toBe(0);
  expect(latency).toEqual({ mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
});
