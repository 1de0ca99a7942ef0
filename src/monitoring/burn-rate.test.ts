import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BadCounts, burnAlerts, burning, burnSentence, burnWindows } from './burn-rate.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Bad events at a steady share of 100 a minute, since so long. */
const steady =
  (share: number, since = Infinity) =>
  (ms: number): BadCounts => ({ events: (ms / minute) * 100, bad: (Math.min(ms, since) / minute) * 100 * share });

describe('the alerts of a budget of 0.1 % over 30 days', () => {
  it('are those of the SRE workbook', () => {
    expect(burnAlerts(0.001, 30 * day)).toEqual([
      { rate: 14.4, long: hour, short: 5 * minute, urgent: true },
      { rate: 6, long: 6 * hour, short: 30 * minute, urgent: true },
      { rate: 1, long: 3 * day, short: 6 * hour, urgent: false },
    ]);
  });

  it('fire for what is fast enough, and for nothing below', () => {
    const rate = (share: number) => burning(0.001, 30 * day, steady(share))?.rate ?? null;
    expect(rate(0.0144)).toBe(14.4);
    expect(rate(0.0143)).toBe(6);
    expect(rate(0.0059)).toBe(1);
    expect(rate(0.00099)).toBeNull();
  });

  it('are over as soon as it goes on no longer, whatever the long window still holds', () => {
    const burst = (ms: number): BadCounts => ({ events: (ms / minute) * 100, bad: ms > 10 * minute ? 500 : 0 });
    expect(burning(0.001, 30 * day, burst)).toMatchObject({ rate: 6 });
    const older = (ms: number): BadCounts => ({ events: (ms / minute) * 100, bad: ms > 40 * minute ? 300 : 0 });
    expect(burning(0.001, 30 * day, older)).toBeNull();
  });

  it('say nothing of one unlucky request in a quiet hour', () => {
    expect(burning(0.001, 30 * day, () => ({ events: 10, bad: 4 }))).toBeNull();
    expect(burning(0.001, 30 * day, () => ({ events: 10, bad: 5 }))).toMatchObject({ rate: 14.4 });
    expect(burning(0.001, 30 * day, () => ({ events: 0, bad: 0 }))).toBeNull();
  });

  it('read as a sentence', () => {
    const counts = steady(0.016);
    const found = burning(0.001, 30 * day, counts);
    if (found === null) throw new Error('nothing burns');
    expect(burnSentence(found, 0.001, 30 * day, counts, { events: 'requests', bad: 'failed' })).toBe(
      '1.6 % of 6,000 requests failed within 1 h: 16 times what the budget of 0.1 % in 30 d allows',
    );
  });
});

describe('the alerts of any budget', () => {
  const allowed = fc.double({ min: 1e-5, max: 1, noNaN: true });
  const period = fc.integer({ min: 10 * minute, max: 365 * day });

  it('stand for 2, 5 and 10 % of it, need no more bad events than there can be, and fit into its period', () => {
    fc.assert(
      fc.property(allowed, period, (allowed, period) => {
        const alerts = burnAlerts(allowed, period);
        alerts.forEach(({ rate, long, short }, i) => {
          expect((rate * long) / period).toBeCloseTo([0.02, 0.05, 0.1][i] ?? 0, 4);
          expect(rate * allowed).toBeLessThanOrEqual(1);
          expect(rate).toBeGreaterThanOrEqual(1);
          expect(long).toBeLessThan(period);
          expect(Math.abs(short - long / 12)).toBeLessThanOrEqual(0.5);
        });
        expect(burnWindows(allowed, period).at(-1)).toBe(period);
      }),
    );
  });

  it('never fire on what is allowed, and always on twice as much as the fastest waits for', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 0.4, noNaN: true }), period, (allowed, period) => {
        const busy = (share: number) => () => ({ events: 1e6, bad: 1e6 * share });
        expect(burning(allowed, period, busy(allowed * 0.999))).toBeNull();
        const fastest = burnAlerts(allowed, period)[0];
        expect(burning(allowed, period, busy(Math.min(1, allowed * (fastest?.rate ?? 0) * 2)))).toMatchObject({
          rate: fastest?.rate,
        });
      }),
    );
  });

  it('of nothing has no rate', () => {
    expect(burnAlerts(0, day)).toEqual([]);
    expect(burnWindows(0, day)).toEqual([day]);
  });
});
