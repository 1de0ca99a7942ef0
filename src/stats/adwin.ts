/**
 * ADWIN: a window over the newest values that is cut where the means of its older and its newer part differ by more than chance
 * (A. Bifet and R. Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SIAM SDM 2007, ADWIN2). The window is an
 * exponential histogram: at most six buckets each of 1, 2, 4, … values, so that n values take log n of memory. The rules for
 * merging, cutting and the order of the additions are River's (0.22), and so are the results, to the last bit or two.
 */
export interface AdwinState {
  /** Buckets of 2^i values at place i, the oldest of them first: their sums, and their sums of squared deviations. */
  readonly rows: readonly { readonly totals: readonly number[]; readonly variances: readonly number[] }[];
  readonly width: number;
  readonly total: number;
  /** Sum of squared deviations of the whole window. */
  readonly variance: number;
  /** Values since the beginning or the last change. */
  readonly tick: number;
  readonly detected: boolean;
  /** At the last change: mean of what was dropped and kept at the cut that showed it. Null before one. */
  readonly change: { readonly before: number; readonly after: number } | null;
}

/** Buckets of one size; one more, and the two oldest become one of the next size. */
const mostBuckets = 5;
/** A change is looked for at every 32nd value, in a window of more than 10, at cuts that leave 5 on either side. */
const clock = 32;
const grace = 10;
const leastPart = 5;

export const freshAdwin: AdwinState = {
  rows: [{ totals: [], variances: [] }],
  width: 0,
  total: 0,
  variance: 0,
  tick: 0,
  detected: false,
  change: null,
};

/** A window while it is worked on. */
interface Window {
  rows: { totals: number[]; variances: number[] }[];
  width: number;
  total: number;
  variance: number;
  change: AdwinState['change'];
}

/**
 * The state after some more values, in their order. After a change it begins anew with the next value, as River does.
 * @param delta the confidence: the chance of a false alarm at each look, about
 * @returns `changes`: the places, from 0, of the values at which a change was seen, with the means on either side of the cut
 */
export function updateAdwin(
  before: AdwinState,
  values: ArrayLike<number>,
  delta = 0.002,
): { state: AdwinState; changes: { at: number; before: number; after: number }[] } {
  let window = thaw(before.detected ? freshAdwin : before);
  let { tick, detected } = before.detected ? freshAdwin : before;
  const changes: { at: number; before: number; after: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    if (detected) {
      window = thaw(freshAdwin);
      tick = 0;
    }
    insert(window, values[i] ?? 0);
    tick++;
    detected = tick % clock === 0 && window.width > grace && shrink(window, delta);
    if (detected && window.change !== null) changes.push({ at: i, ...window.change });
  }
  return { state: { ...window, tick, detected }, changes };
}

function thaw({ rows, width, total, variance, change }: AdwinState): Window {
  return {
    rows: rows.map(({ totals, variances }) => ({ totals: [...totals], variances: [...variances] })),
    width,
    total,
    variance,
    change,
  };
}

function insert(window: Window, value: number): void {
  const first = window.rows[0] ?? { totals: [], variances: [] };
  window.rows[0] = first;
  first.totals.push(value);
  first.variances.push(0);
  window.width++;
  if (window.width > 1) {
    const off = value - window.total / (window.width - 1);
    window.variance += ((window.width - 1) * off * off) / window.width;
  }
  window.total += value;
  for (let i = 0; (window.rows[i]?.totals.length ?? 0) > mostBuckets; i++) mergeOldest(window, i);
}

/** The two oldest buckets of a size become one of the next. */
function mergeOldest(window: Window, i: number): void {
  const { totals, variances } = window.rows[i] as { totals: number[]; variances: number[] };
  const [total1 = 0, total2 = 0] = totals.splice(0, 2);
  const [variance1 = 0, variance2 = 0] = variances.splice(0, 2);
  const size = 2 ** i;
  const off = total1 / size - total2 / size;
  const next = window.rows[i + 1] ?? { totals: [], variances: [] };
  window.rows[i + 1] = next;
  next.totals.push(total1 + total2);
  next.variances.push(variance1 + variance2 + (size * size * off * off) / (size + size));
}

/** Drops the oldest bucket for as long as some cut shows a change. True where one did. */
function shrink(window: Window, delta: number): boolean {
  let changed = false;
  for (let cut = cutOf(window, delta); cut !== null; cut = cutOf(window, delta)) {
    window.change = cut;
    changed = true;
    dropOldest(window);
  }
  return changed;
}

/** The means on either side of the first cut, from the oldest on, where they differ by more than chance; null where they never do. */
function cutOf(window: Window, delta: number): { before: number; after: number } | null {
  let [older, olderTotal, newer, newerTotal] = [0, 0, window.width, window.total];
  for (let i = window.rows.length - 1; i >= 0; i--) {
    const totals = window.rows[i]?.totals ?? [];
    for (const total of totals) {
      older += 2 ** i;
      newer -= 2 ** i;
      olderTotal += total;
      newerTotal -= total;
      const [before, after] = [olderTotal / older, newerTotal / newer];
      if (newer >= leastPart && older >= leastPart && differs(window, older, newer, before - after, delta))
        return { before, after };
    }
  }
  return null;
}

function differs({ width, variance }: Window, older: number, newer: number, difference: number, delta: number): boolean {
  const confidence = Math.log((2 * Math.log(width)) / delta);
  const inverse = 1 / (older - leastPart + 1) + 1 / (newer - leastPart + 1);
  const limit = Math.sqrt(2 * inverse * (variance / width) * confidence) + (2 / 3) * confidence * inverse;
  return Math.abs(difference) > limit;
}

function dropOldest(window: Window): void {
  const last = window.rows.length - 1;
  const row = window.rows[last];
  if (row === undefined) return;
  const size = 2 ** last;
  const total = row.totals.shift() ?? 0;
  const variance = row.variances.shift() ?? 0;
  window.width -= size;
  window.total -= total;
  const off = total / size - window.total / window.width;
  window.variance -= variance + (size * window.width * off * off) / (size + window.width);
  if (row.totals.length === 0) window.rows.pop();
}
