import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enqueueTrigger, mayStart } from './pending-trigger.ts';
import type { TriggerKind } from './state.ts';

const trigger = (kind: TriggerKind, because = 'a reason') => ({ kind, because });
const kind = fc.constantFrom<TriggerKind>('schedule', 'drift', 'performance', 'budget', 'person');

describe('a trigger that waits', () => {
  it('gives way to a weightier one only', () => {
    const order = (a: TriggerKind, b: TriggerKind) => enqueueTrigger(trigger(a), trigger(b)).pending.kind;
    expect(order('schedule', 'drift')).toBe('drift');
    expect(order('drift', 'person')).toBe('person');
    expect(order('person', 'drift')).toBe('person');
    expect(order('drift', 'schedule')).toBe('drift');
    expect(order('drift', 'performance')).toBe('drift');
  });

  it('says what became of the other', () => {
    expect(enqueueTrigger(null, trigger('drift')).because).toBe('a retrain is due (drift): a reason');
    expect(enqueueTrigger(trigger('drift'), trigger('schedule', 'Monday')).because).toBe(
      'a retrain is due already (drift); schedule adds nothing: Monday',
    );
  });

  it('is one, of the weightiest kind that came, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(kind, { minLength: 1, maxLength: 12 }), (kinds) => {
        let pending: ReturnType<typeof trigger> | null = null;
        for (const next of kinds) pending = enqueueTrigger(pending, trigger(next)).pending;
        if (kinds.includes('person')) expect(pending?.kind).toBe('person');
        else if (kinds.some((one) => one !== 'schedule')) expect(pending?.kind).not.toBe('schedule');
        else expect(pending?.kind).toBe('schedule');
      }),
    );
  });
});

describe('a start', () => {
  const idle = { running: false, paused: false, lastReleaseEndedAt: 1000, cooldown: 500, now: 1499 };

  it('waits for the cooldown, unless a person asked', () => {
    expect(mayStart(trigger('schedule'), idle)).toBe(false);
    expect(mayStart(trigger('schedule'), { ...idle, now: 1500 })).toBe(true);
    expect(mayStart(trigger('person'), idle)).toBe(true);
    expect(mayStart(trigger('schedule'), { ...idle, lastReleaseEndedAt: null })).toBe(true);
  });

  it('waits while paused, unless a person asked', () => {
    expect(mayStart(trigger('drift'), { ...idle, now: 9999, paused: true })).toBe(false);
    expect(mayStart(trigger('person'), { ...idle, paused: true })).toBe(true);
  });

  it('never happens beside a running release or without a trigger', () => {
    expect(mayStart(trigger('person'), { ...idle, now: 9999, running: true })).toBe(false);
    expect(mayStart(null, { ...idle, now: 9999 })).toBe(false);
  });
});
