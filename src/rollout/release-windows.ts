/**
 * When promotions and advances are held back: quiet hours that come again each day or week, and freezes by date. On a clock in some
 * time zone, which the caller reads (`localTime` in src/local-time.ts): nothing here asks for the time or for time zones.
 */
export interface ReleaseWindows {
  /** `Fri 16:00 - Mon 08:00`, or `22:00 - 06:00` of each day. */
  readonly quiet: readonly string[];
  /** `2026-12-20 - 2027-01-03`, both days within. */
  readonly freeze: readonly string[];
  readonly time_zone: string;
}

/** What a clock on the wall says. */
export interface LocalTime {
  /** `2026-12-20` */
  readonly date: string;
  /** 0 is Monday. */
  readonly weekday: number;
  /** Since midnight, 0 to 1439. */
  readonly minute: number;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const [day, week] = [1440, 7 * 1440];
const quietPattern =
  /^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]\d|2[0-3]):([0-5]\d) - (?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]\d|2[0-3]):([0-5]\d)$/;
const freezePattern = /^(\d{4}-\d{2}-\d{2}) - (\d{4}-\d{2}-\d{2})$/;

/** Minutes of a day or a week: from the first, up to the second, which comes round where it is the smaller one. */
export interface Quiet {
  readonly from: number;
  readonly to: number;
  readonly every: number;
}

/** Null where the text is no quiet time: both ends with a weekday, or neither, and not the same. */
export function parseQuiet(text: string): Quiet | null {
  const match = quietPattern.exec(text);
  if (match === null) return null;
  const [, fromDay, fromHour, fromMinute, toDay, toHour, toMinute] = match;
  if ((fromDay === undefined) !== (toDay === undefined)) return null;
  const at = (name: string | undefined, hour: string | undefined, minute: string | undefined) =>
    Math.max(
      0,
      weekdays.findIndex((known) => known === name),
    ) *
      day +
    Number(hour) * 60 +
    Number(minute);
  const quiet = { from: at(fromDay, fromHour, fromMinute), to: at(toDay, toHour, toMinute) };
  return quiet.from === quiet.to ? null : { ...quiet, every: fromDay === undefined ? day : week };
}

/** First and last day; null where the text is no freeze, names no day of the calendar, or ends before it begins. */
export function parseFreeze(text: string): { readonly from: string; readonly to: string } | null {
  const [, from, to] = freezePattern.exec(text) ?? [];
  return from !== undefined && to !== undefined && isDate(from) && isDate(to) && from <= to ? { from, to } : null;
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** `quiet hours until Mon 08:00 (Europe/Berlin)`; null where nothing holds a release back. A freeze is told first. */
export function heldBack(windows: ReleaseWindows, { date, weekday, minute }: LocalTime): string | null {
  for (const text of windows.freeze) {
    const freeze = parseFreeze(text);
    if (freeze !== null && date >= freeze.from && date <= freeze.to)
      return `a freeze until the end of ${freeze.to} (${windows.time_zone})`;
  }
  for (const text of windows.quiet) {
    const quiet = parseQuiet(text);
    if (quiet !== null && isWithin(quiet, (weekday * day + minute) % quiet.every))
      return `quiet hours until ${text.split(' - ')[1] ?? ''} (${windows.time_zone})`;
  }
  return null;
}

function isWithin({ from, to }: Quiet, now: number): boolean {
  return from < to ? now >= from && now < to : now >= from || now < to;
}
