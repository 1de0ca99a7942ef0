import { FinalError } from '../errors.ts';
import { formatDuration } from '../spec/quantities.ts';
import type { Holdout } from '../spec/evaluation-schema.ts';
import type { Frame, FrameColumn } from './dataset.ts';

export interface Split {
  /** What a version may learn from: rows before the hold-out. Shares memory with the frame, as `holdout` does. */
  readonly train: Frame;
  /** The newest rows. */
  readonly holdout: Frame;
  /** Event time of the first held-out row, ms since 1970; null without timestamps. */
  readonly boundary: number | null;
}

/**
 * Splits rows in time order. A duration holds out the rows younger than it, counted from the newest row; a share holds out that
 * share of the rows, and those of the same moment as its first with it: one moment is never on both sides.
 * @throws FinalError PAWL_HOLDOUT_EMPTY where either side has no row.
 */
export function splitHoldout(frame: Frame, holdout: Holdout): Split {
  const { rows, timestamp } = frame;
  let first: number;
  if ('ms' in holdout) {
    if (timestamp === null)
      throw new FinalError('PAWL_HOLDOUT_EMPTY', 'A hold-out of a duration needs timestamps, and the contract names none.');
    first = firstAtOrAfter(timestamp, (timestamp[rows - 1] ?? 0) - holdout.ms, true);
  } else {
    first = rows - Math.round(rows * holdout.share);
    if (timestamp !== null && first < rows) first = firstAtOrAfter(timestamp, timestamp[first] ?? 0, false);
  }
  if (first <= 0 || first >= rows) {
    const held = 'ms' in holdout ? formatDuration(holdout.ms) : `${holdout.share * 100}%`;
    throw new FinalError(
      'PAWL_HOLDOUT_EMPTY',
      `Of ${rows} rows the newest ${held} are held out: that leaves ${first} to learn from and ${rows - first} to evaluate on.`,
    );
  }
  return { train: slice(frame, 0, first), holdout: slice(frame, first, rows), boundary: timestamp?.[first] ?? null };
}

/** The rows at or after a moment (ms since 1970); all rows where there are no timestamps. */
export function rowsFrom(frame: Frame, from: number): Frame {
  return frame.timestamp === null ? frame : slice(frame, firstAtOrAfter(frame.timestamp, from, false), frame.rows);
}

/** The last `count` rows; all where there are fewer. */
export function newestRows(frame: Frame, count: number): Frame {
  return slice(frame, Math.max(0, frame.rows - count), frame.rows);
}

/** Index of the first time at (or, `after`, only after) a moment, in ascending times: binary search. */
function firstAtOrAfter(times: Float64Array, moment: number, after: boolean): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = times[middle] ?? Infinity;
    if (after ? time > moment : time >= moment) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows [from, to) as a view on the same memory. */
function slice(frame: Frame, from: number, to: number): Frame {
  const columns = Object.fromEntries(
    Object.entries(frame.columns).map(([name, column]): [string, FrameColumn] => [
      name,
      column.type === 'category'
        ? { ...column, codes: column.codes.subarray(from, to) }
        : { ...column, values: column.values.subarray(from, to) },
    ]),
  );
  return {
    ...frame,
    rows: to - from,
    columns,
    label: frame.label.subarray(from, to),
    ...(frame.weight === undefined ? {} : { weight: frame.weight.subarray(from, to) }),
    timestamp: frame.timestamp?.subarray(from, to) ?? null,
  };
}
