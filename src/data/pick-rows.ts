import type { Frame, FrameColumn } from './dataset.ts';

/** Some rows of a frame, counted from 0, in the order named. */
export function pickRows(frame: Frame, rows: ArrayLike<number>): Frame {
  const columns = Object.fromEntries(
    Object.entries(frame.columns).map(([name, column]): [string, FrameColumn] => [
      name,
      column.type === 'category'
        ? { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] ?? -1) }
        : { ...column, values: Float32Array.from(rows, (row) => column.values[row] ?? NaN) },
    ]),
  );
  const { weight, timestamp } = frame;
  return {
    ...frame,
    rows: rows.length,
    columns,
    label: Float64Array.from(rows, (row) => frame.label[row] ?? NaN),
    timestamp: timestamp === null ? null : Float64Array.from(rows, (row) => timestamp[row] ?? NaN),
    ...(weight === undefined ? {} : { weight: Float64Array.from(rows, (row) => weight[row] ?? NaN) }),
  };
}
