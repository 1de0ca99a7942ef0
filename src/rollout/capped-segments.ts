import type { ErrorsByKey } from '../serving/errors-by-key.ts';
import type { ErrorSegment } from '../stats/error-process.ts';

/** What one side of a rollout answered under one revision in one window, at one gateway. */
export interface ErrorWindow {
  /** ms since 1970 */
  readonly startedAt: number;
  /** Order of the revisions. */
  readonly revision: number;
  readonly side: 'champion' | 'challenger';
  /** Fraction of the callers who take part that the revision gives to the challenger. */
  readonly share: number;
  readonly errors: number;
  readonly errorsByKey: ErrorsByKey;
}

/** Errors of a rollout's ramp, counted by caller. */
export interface CountedErrors {
  /** One for each share that there was. */
  readonly segments: readonly ErrorSegment[];
  /** Hashes of the keys of callers whose error is counted. */
  readonly callers: ReadonlySet<number>;
}

export const nothingCounted: CountedErrors = { segments: [], callers: new Set() };

/** Callers that are remembered. Whoever fails for the first time when so many have is passed over, on both sides. */
const mostCallers = 50_000;

/**
 * Adds windows to what was counted of earlier ones. What comes out depends on neither the order nor the grouping of `windows`; of
 * two calls the earlier windows come first.
 *
 * **The first error of a caller counts, and no other**, because one broken caller is not many failures; and the chance that it is
 * the challenger's is the **share of callers**. Which side a caller is on is drawn by a hash of its key: whatever it fails at, and
 * however much it asks, a caller who would have failed under both versions alike is the challenger's with just that chance, and
 * independently of all others. So neither callers who always fail nor callers of any size give false alarms. Three errors of each
 * do, and so does the share of requests, which a few large callers move (`npm run bench:decisions -- --only ramps`). Against a
 * better challenger a caller's first error only comes later, which makes the evidence less at every moment while the share does not
 * fall. The price: once all callers have failed there is nothing more to learn.
 *
 * A request without a key is drawn by itself, so each of its errors counts.
 *
 * Where a window could not keep all of its callers apart, only those up to the smallest hash at which any window of that second
 * stopped are counted, on both sides alike.
 */
export function countErrors(before: CountedErrors, windows: readonly ErrorWindow[]): CountedErrors {
  const sums = new Map(before.segments.map((segment) => [segment.share, segment]));
  const add = (share: number, side: ErrorWindow['side'], errors: number) => {
    const { championErrors, challengerErrors } = sums.get(share) ?? { championErrors: 0, challengerErrors: 0 };
    if (side === 'champion') sums.set(share, { share, championErrors: championErrors + errors, challengerErrors });
    else sums.set(share, { share, championErrors, challengerErrors: challengerErrors + errors });
  };
  const told = windows.filter(({ share, errors }) => share > 0 && share < 1 && errors > 0);
  const stops = stopsOf(told);
  const callers = new Set(before.callers);
  for (const { startedAt, side, share, errors, errorsByKey } of told.toSorted(byTime)) {
    const { keys, counts, others } = errorsByKey;
    const withoutKey = errors - others - counts.reduce((sum, count) => sum + count, 0);
    if (withoutKey > 0) add(share, side, withoutKey);
    const stop = stops.get(secondOf(startedAt)) ?? Infinity;
    for (const key of keys) {
      if (key > stop || callers.size >= mostCallers) break;
      if (callers.has(key)) continue;
      callers.add(key);
      add(share, side, 1);
    }
  }
  return { segments: [...sums.values()].toSorted((a, b) => a.share - b.share), callers };
}

/** By second: the smallest hash at which a window that left callers out stopped. */
function stopsOf(windows: readonly ErrorWindow[]): Map<number, number> {
  const stops = new Map<number, number>();
  for (const { startedAt, errorsByKey } of windows) {
    const last = errorsByKey.keys.at(-1);
    if (errorsByKey.others === 0 || last === undefined) continue;
    const second = secondOf(startedAt);
    stops.set(second, Math.min(stops.get(second) ?? Infinity, last));
  }
  return stops;
}

const secondOf = (ms: number) => Math.floor(ms / 1000);

/** A caller who failed on both sides in windows of one time was the champion's first. */
function byTime(a: ErrorWindow, b: ErrorWindow): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  if (a.revision !== b.revision) return a.revision - b.revision;
  if (a.side !== b.side) return a.side === 'champion' ? -1 : 1;
  return a.share - b.share;
}
