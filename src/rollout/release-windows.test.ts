import { describe, expect, it } from 'vitest';
import { heldBack, parseFreeze, parseQuiet } from './release-windows.ts';

const windows = {
  quiet: ['Fri 16:00 - Mon 08:00', '22:00 - 06:00'],
  freeze: ['2026-12-20 - 2027-01-03'],
  time_zone: 'Europe/Berlin',
};
const at = (date: string, weekday: number, hour: number, minute = 0) =>
  heldBack(windows, { date, weekday, minute: hour * 60 + minute });

describe('release windows', () => {
  it('hold back over a weekend, from the minute it begins to the one it ends', () => {
    expect(at('2026-11-20', 4, 15, 59)).toBeNull();
    expect(at('2026-11-20', 4, 16)).toBe('quiet hours until Mon 08:00 (Europe/Berlin)');
    expect(at('2026-11-22', 6, 12)).not.toBeNull();
    expect(at('2026-11-23', 0, 7, 59)).not.toBeNull();
    expect(at('2026-11-23', 0, 8)).toBeNull();
  });

  it('hold back each night, across midnight', () => {
    expect(at('2026-11-24', 1, 22)).toBe('quiet hours until 06:00 (Europe/Berlin)');
    expect(at('2026-11-25', 2, 5, 59)).not.toBeNull();
    expect(at('2026-11-25', 2, 6)).toBeNull();
  });

  it('hold back on both ends of a freeze, and tell it first', () => {
    expect(at('2026-12-19', 5, 12)).toContain('quiet');
    expect(at('2026-12-20', 6, 12)).toBe('a freeze until the end of 2027-01-03 (Europe/Berlin)');
    expect(at('2027-01-03', 6, 23, 59)).toContain('freeze');
    expect(at('2027-01-05', 1, 12)).toBeNull();
  });

  it('are refused where they come to nothing', () => {
    for (const text of ['Fri 16:00 - 08:00', '25:00 - 06:00', '06:00 - 06:00', 'Friday 16:00 - Mon 08:00', ''])
      expect(parseQuiet(text)).toBeNull();
    for (const text of ['2027-01-03 - 2026-12-20', '2026-02-30 - 2026-03-02', '2026-12-20']) expect(parseFreeze(text)).toBeNull();
  });
});
