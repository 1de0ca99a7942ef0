import type { LocalTime } from './rollout/release-windows.ts';

/** What a clock says in a time zone. Read here and not in workflows: time zones change with the release of Node. */
export function localTime(now: number, timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const date = `${parts['year'] ?? ''}-${parts['month'] ?? ''}-${parts['day'] ?? ''}`;
  const sunday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return { date, weekday: (sunday + 6) % 7, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}
