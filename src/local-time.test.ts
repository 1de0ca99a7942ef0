import { describe, expect, it } from 'vitest';
import { localTime } from './local-time.ts';

describe('the time on the wall', () => {
  it('is that of the zone, before and after its clocks change', () => {
    expect(localTime(Date.parse('2026-10-24T22:30:00Z'), 'Europe/Berlin')).toEqual({
      date: '2026-10-25',
      weekday: 6,
      minute: 30,
    });
    expect(localTime(Date.parse('2026-10-25T22:30:00Z'), 'Europe/Berlin')).toEqual({
      date: '2026-10-25',
      weekday: 6,
      minute: 23 * 60 + 30,
    });
    expect(localTime(Date.parse('2026-10-25T23:00:00Z'), 'Europe/Berlin')).toEqual({ date: '2026-10-26', weekday: 0, minute: 0 });
    expect(localTime(Date.parse('2026-01-01T00:00:00Z'), 'UTC')).toEqual({ date: '2026-01-01', weekday: 3, minute: 0 });
  });
});
