import { inWords, lasting, percent } from '../stats/wording.ts';

/** What happened in a stretch of time. `bad`: what the budget counts, such as failed or slow requests, or wrong answers. */
export interface BadCounts {
  readonly events: number;
  readonly bad: number;
}

/** A pair of windows: the long one says that it matters, the short one that it goes on. */
export interface BurnAlert {
  /** How many times as fast as it lasts the budget is spent. */
  readonly rate: number;
  /** ms. */
  readonly long: number;
  readonly short: number;
  /** It cannot wait until the next working day. */
  readonly urgent: boolean;
}

/** What an alert leads to where it is seen. */
export interface Burning extends BurnAlert {
  /** Of the long window. */
  readonly share: number;
}

/**
 * The share of a budget that is spent when an alert fires, and the burn rate: 2 % at 14.4, 5 % at 6 and 10 % at 1. Over 30 days
 * that is within 1 h, 6 h and 3 d (B. Beyer et al., "The Site Reliability Workbook", O'Reilly 2018, chapter 5, table 5-8).
 */
const alerts = [
  { rate: 14.4, spent: 0.02, urgent: true },
  { rate: 6, spent: 0.05, urgent: true },
  { rate: 1, spent: 0.1, urgent: false },
];
/** The short window as a part of the long one (the same chapter, section 6). */
const shortPart = 12;
/** Bad events in the long window below which nothing is said: in a quiet hour one unlucky request is a rate of 100. */
const leastBad = 5;
/** The largest rate that is waited for leaves so much of all events bad: more may never come. */
const reachable = 0.5;

/**
 * The alerts of a budget. Windows scale with the period, so that an alert always stands for the same share of the budget. Where a
 * rate would need more than half of all events to be bad, as of a budget of 20 % wrong answers, it is lowered to what half of
 * them is, at least 1, and its window lengthened, for the same share of the budget again.
 * @param allowed the share of events that may be bad, 0 to 1. With 0 there is no rate: the first bad event spends the budget
 * @param period what the budget lasts, ms
 */
export function burnAlerts(allowed: number, period: number): BurnAlert[] {
  if (allowed <= 0 || period <= 0) return [];
  return alerts.map(({ rate: wanted, spent, urgent }) => {
    const rate = Math.min(wanted, Math.max(1, reachable / allowed));
    const long = Math.round((spent * period) / rate);
    return { rate, long, short: Math.round(long / shortPart), urgent };
  });
}

/** The windows that a budget is read over, ms, ascending, each once; the period is the last. */
export function burnWindows(allowed: number, period: number): number[] {
  const lengths = burnAlerts(allowed, period).flatMap(({ long, short }) => [long, short]);
  return [...new Set([...lengths, period])].toSorted((a, b) => a - b);
}

/**
 * The fastest alert whose rate is reached in both of its windows; null where none is. A window without an event burns nothing.
 * @param counts what happened within each of `burnWindows` until now
 */
export function burning(allowed: number, period: number, counts: (ms: number) => BadCounts): Burning | null {
  for (const alert of burnAlerts(allowed, period)) {
    const [long, short] = [counts(alert.long), counts(alert.short)];
    const enough = long.bad >= leastBad && short.bad > 0;
    // A hair less, so that rounding does not let a rate pass that is reached exactly.
    const limit = alert.rate * allowed * (1 - 1e-9);
    if (enough && shareOf(long) >= limit && shareOf(short) >= limit) return { ...alert, share: shareOf(long) };
  }
  return null;
}

/** `1.6 % of 12,000 requests failed within 1 h: 16 times what the budget of 0.1 % in 30 d allows` */
export function burnSentence(
  { long, share }: Burning,
  allowed: number,
  period: number,
  counts: (ms: number) => BadCounts,
  what: { readonly events: string; readonly bad: string },
): string {
  const times = share / allowed;
  const said = times >= 10 ? inWords(times) : String(Number(times.toFixed(1)));
  return (
    `${percent(share, 2)} of ${inWords(counts(long).events)} ${what.events} ${what.bad} within ${lasting(long)}: ` +
    `${said} times what the budget of ${percent(allowed, 2)} in ${lasting(period)} allows`
  );
}

const shareOf = ({ bad, events }: BadCounts) => (events === 0 ? 0 : bad / events);
