import type { ErrorsByKey } from '../serving/errors-by-key.ts';
import type { ErrorSegment } from '../stats/error-process.ts';

/** What one side of a rollout answered under one revision in one window, at one gateway. */
export interface ErrorWindow {
  /** ms since 1970 */
  readonly startedAt: number;
  /** Order of the revisions. */
  readonly revision: number;
  readonly side: 'champion' | 'challenger';
  /**
   * Fraction of the callers that the revision gives to the challenger. Where the champion's windows also hold callers who take no
   * part (`release.segments`), the challenger's share of all requests stands for it.
   */
  readonly share: number;
  readonly errors: number;
  readonly errorsByKey: ErrorsByKey;
}

/** Errors of a rollout's ramp, counted by caller. Add windows by `countErrors`. */
export interface CountedErrors {
  /** One for each chance that was met. */
  readonly segments: readonly ErrorSegment[];
  /** By hash of the key: the share at which the caller last failed on the champion; 1 after it failed on the challenger. */
  readonly callers: ReadonlyMap<number, number>;
}

export const nothingCounted: CountedErrors = { segments: [], callers: new Map() };

/** Callers that are remembered. Whoever fails for the first time when so many have is passed over, on both sides. */
const mostCallers = 50_000;

/**
 * Adds windows to what was counted of earlier ones. What comes out depends on neither the order nor the grouping of `windows`; of
 * two calls the earlier windows come first.
 *
 * **One error of a caller is counted**, because one broken caller is not many failures, and the chance that it is the
 * challenger's is the *share of callers*: which side a caller is on is drawn by a hash of its key, so that, whatever callers fail
 * for and however much they ask, a caller who fails under both versions alike is the challenger's with just that probability.
 * Callers of any volume and callers who always fail so give no false alarm. Counting up to 3 or 5 errors of each does, and so does the realised
 * share of requests, which a few large callers move. A caller who failed on the champion counts once more under a larger share q2,
 * if it then is on the challenger with probability (q2 - q1) / (1 - q1): where it stood below q1 is known.
 *
 * A request without a key is drawn by itself, so each of its errors counts.
 *
 * Where a window could not keep all of its callers apart, only those below the smallest hash at which any window of that second
 * stopped are counted, on both sides alike.
 */
export function countErrors(before: CountedErrors, windows: readonly ErrorWindow[]): CountedErrors {
  const sums = new Map<number, { champion: number; challenger: number }>();
  const add = (share: number, side: ErrorWindow['side'], errors: number) => {
    const sum = sums.get(share) ?? { champion: 0, challenger: 0 };
    sum[side] += errors;
    sums.set(share, sum);
  };
  for (const { share, championErrors, challengerErrors } of before.segments) {
    add(share, 'champion', championErrors);
    add(share, 'challenger', challengerErrors);
  }
  const told = windows.filter(({ share, errors }) => share > 0 && share < 1 && errors > 0);
  const stops = stopsOf(told);
  const callers = new Map(before.callers);
  for (const { startedAt, side, share, errors, errorsByKey } of told.toSorted(byTime)) {
    const { keys, counts, others } = errorsByKey;
    const withoutKey = errors - others - counts.reduce((sum, count) => sum + count, 0);
    if (withoutKey > 0) add(share, side, withoutKey);
    const stop = stops.get(secondOf(startedAt)) ?? Infinity;
    for (const key of keys) {
      if (key > stop) break;
      const known = callers.get(key);
      if (known === undefined && callers.size >= mostCallers) continue;
      if (known !== undefined && known >= share) continue;
      const chance = known === undefined ? share : (share - known) / (1 - known);
      add(chance, side, 1);
      callers.set(key, side === 'challenger' ? 1 : share);
    }
  }
  const segments = [...sums]
    .toSorted(([a], [b]) => a - b)
    .map(([share, { champion, challenger }]) => ({ share, championErrors: champion, challengerErrors: challenger }));
  return { segments, callers };
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
  return a.side === b.side ? 0 : a.side === 'champion' ? -1 : 1;
}
