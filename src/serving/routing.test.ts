import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split, takesPart, type Route, type RoutingState } from './routing.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
type State = RoutingState & { readonly share: number; readonly shadowShare: number };
const state = fc.record<State>({
  share,
  shadowShare: share,
  segments: fc.option(fc.subarray(['beta', 'staff'])),
  challengerReady: fc.boolean(),
  championReady: fc.boolean(),
  leaseRemaining: fc.option(fc.double({ min: -10_000, max: 10_000, noNaN: true })),
});
const caller = fc.record({ segment: fc.option(fc.constantFrom('beta', 'staff', 'other')), experiment: fc.boolean() });
type Caller = { readonly segment: string | null; readonly experiment: boolean };
const anybody: Caller = { segment: null, experiment: true };
const alive: State = {
  share: 0.05,
  shadowShare: 0,
  segments: null,
  challengerReady: true,
  championReady: true,
  leaseRemaining: 5000,
};

const championAlone: Route = { answers: 'champion', beside: null };

function route(at: State, bucket: number, draw: number, who: Caller = anybody): Route {
  return takesPart(at, who) ? split(at, bucket, draw) : championAlone;
}

describe('routing', () => {
  it('lets the challenger answer only a caller within its share, while ready and its lease runs', () => {
    fc.assert(
      fc.property(state, caller, unit, unit, (at, who, bucket, draw) => {
        const { answers } = route(at, bucket, draw, who);
        const allowed =
          at.challengerReady &&
          at.championReady &&
          (at.leaseRemaining === null || at.leaseRemaining > 0) &&
          who.experiment &&
          (at.segments === null || (who.segment !== null && at.segments.includes(who.segment))) &&
          bucket < at.share;
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

  it('leaves a caller who opted out of experiments alone, also as a shadow', () => {
    const everything = { ...alive, share: 1, shadowShare: 1 };
    expect(route(everything, 0, 0, { segment: null, experiment: false })).toEqual(championAlone);
  });

  it('tries a version on the segments named, and on nobody else', () => {
    const some = { ...alive, share: 1, shadowShare: 1, segments: ['beta'] };
    expect(route(some, 0.5, 0.5, { segment: 'beta', experiment: true }).answers).toBe('challenger');
    expect(route(some, 0.5, 0.5, { segment: 'other', experiment: true })).toEqual(championAlone);
    expect(route(some, 0.5, 0.5, anybody)).toEqual(championAlone);
  });
});
