import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { route, type RoutingState } from './routing.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const state = fc.record<RoutingState>({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  shadowShare: fc.double({ min: 0, max: 1, noNaN: true }),
  challengerReady: fc.boolean(),
  championReady: fc.boolean(),
  leaseRemaining: fc.option(fc.double({ min: -10_000, max: 10_000, noNaN: true })),
});
const alive: RoutingState = { share: 0.05, shadowShare: 0, challengerReady: true, championReady: true, leaseRemaining: 5000 };

describe('routing', () => {
  it('lets the challenger answer only a caller within its share, while ready and its lease runs', () => {
    fc.assert(
      fc.property(state, unit, unit, (at, bucket, draw) => {
        const { answers } = route(at, bucket, draw);
        const allowed =
          at.challengerReady && at.championReady && (at.leaseRemaining === null || at.leaseRemaining > 0) && bucket < at.share;
        expect(answers).toBe(allowed ? 'challenger' : 'champion');
      }),
    );
  });

  it('never scores the side that answers a second time', () => {
    fc.assert(
      fc.property(state, unit, unit, (at, bucket, draw) => {
        const { answers, beside } = route(at, bucket, draw);
        expect(beside).not.toBe(answers);
      }),
    );
  });

  it('gives the champion everything, alone, once the lease has run out', () => {
    fc.assert(
      fc.property(state, unit, unit, (at, bucket, draw) => {
        expect(route({ ...at, leaseRemaining: 0 }, bucket, draw)).toEqual({ answers: 'champion', beside: null });
      }),
    );
  });

  it('keeps a caller on the challenger when the share grows', () => {
    fc.assert(
      fc.property(unit, unit, unit, (bucket, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        if (route({ ...alive, share: low }, bucket, 0).answers === 'challenger') {
          expect(route({ ...alive, share: high }, bucket, 0).answers).toBe('challenger');
        }
      }),
    );
  });

  it('scores the champion beside the challenger at 100 %, and the challenger beside the champion in the shadow', () => {
    expect(route({ ...alive, share: 1, shadowShare: 1 }, 0.99, 0.99)).toEqual({ answers: 'challenger', beside: 'champion' });
    expect(route({ ...alive, share: 0, shadowShare: 1 }, 0, 0.99)).toEqual({ answers: 'champion', beside: 'challenger' });
  });

  it('samples shadows by the share asked for', () => {
    expect(route({ ...alive, shadowShare: 0.1 }, 0.5, 0.0999).beside).toBe('challenger');
    expect(route({ ...alive, shadowShare: 0.1 }, 0.5, 0.1).beside).toBeNull();
  });
});
