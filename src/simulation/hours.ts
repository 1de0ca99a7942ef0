import { hoursOfDay } from './traffic-profile.ts';

const hour = 3_600_000;

/**
 * Requests a second by hour of the day, UTC, of what was counted in single hours. An hour without requests counts as one: only those
 * before the first and after the last are unknown. Hours of the day that are not known are taken to be as the others are on average.
 * @param hours with requests: where they begin, ms since 1970
 * @param from, to the first and last moment that is known of
 */
export function ratesByHour(
  hours: readonly { readonly hour: number; readonly requests: number }[],
  from: number,
  to: number,
): { readonly perSecond: number[]; readonly known: number } {
  const requests = new Array<number>(hoursOfDay).fill(0);
  const covered = new Array<number>(hoursOfDay).fill(0);
  for (let begin = Math.floor(from / hour) * hour; begin < to; begin += hour) {
    const of = (begin / hour) % hoursOfDay;
    covered[of] = (covered[of] ?? 0) + Math.min(to, begin + hour) - Math.max(from, begin);
  }
  for (const { hour: begin, requests: count } of hours) {
    const of = Math.floor(begin / hour) % hoursOfDay;
    requests[of] = (requests[of] ?? 0) + count;
  }
  const seconds = covered.reduce((sum, ms) => sum + ms, 0) / 1000;
  const mean = seconds === 0 ? 0 : requests.reduce((sum, count) => sum + count, 0) / seconds;
  return {
    perSecond: requests.map((count, i) => ((covered[i] ?? 0) > 0 ? (count * 1000) / (covered[i] ?? 1) : mean)),
    known: covered.filter((ms) => ms > 0).length,
  };
}
