import { describe, expect, it } from 'vitest';
import { cronMistakes } from './cron.ts';

describe('cronMistakes', () => {
  it.each(['0 3 * * 1', '*/5 0-6,12 1,15 jan-mar MON-FRI', '59 23 31 12 7', '0 0/2 * * *'])(
    'finds nothing wrong with %s',
    (cron) => {
      expect(cronMistakes(cron)).toEqual([]);
    },
  );

  it.each([
    ['60 3 * * 1', 'the minute 60 is not from 0 to 59'],
    ['0 3 0 * 1', 'the day of the month 0 is not from 1 to 31'],
    ['0 3 * 13 1', 'the month 13 is not from 1 to 12'],
    ['0 3 * * 8', 'the day of the week 8 is not from 0 to 7'],
    ['5-1 3 * * 1', 'the minute 5-1 ends before it starts'],
    ['*/0 3 * * 1', 'the minute */0 steps by nothing'],
    ['0 3 * * 1,', 'the day of the week 1, is no number, range, list or step'],
    ['@daily', 'it has 1 field instead of five (minute hour day month weekday)'],
  ])('says what is wrong with %s', (cron, mistake) => {
    expect(cronMistakes(cron)).toEqual([mistake]);
  });

  it('names every field that is wrong', () => {
    expect(cronMistakes('99 99 * * mo')).toHaveLength(3);
  });
});
