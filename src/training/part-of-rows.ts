import type { Frame, FrameColumn } from '../data/dataset.ts';

/**
 * So many of a frame's rows, evenly spread over all of them and in their order: of every time as much as of any other. The frame
 * itself where the share is all.
 * @param share above 0, at most 1; at least one row is taken
 */
export function partOfRows(frame: Frame, share: number): Frame {
  const count = Math.max(1, Math.round(frame.rows * share));
  if (count >= frame.rows) return frame;
  const at = Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frame.rows) / count));
  const columns = Object.fromEntries(
    Object.entries(frame.columns).map(([name, column]): [string, FrameColumn] => [
      name,
      column.type === 'category'
        ? { ...column, codes: at.map((row) => column.codes[row] ?? -1) }
        : { ...column, values: Float32Array.from(at, (row) => column.values[row] ?? NaN) },
    ]),
  );
  const { label, timestamp, weight } = frame;
  return {
    ...frame,
    rows: count,
    columns,
    label: picked(label, at),
    timestamp: timestamp === null ? null : picked(timestamp, at),
    ...(weight === undefined ? {} : { weight: picked(weight, at) }),
  };
}

function picked(values: Float64Array, at: Int32Array): Float64Array {
  return Float64Array.from(at, (row) => values[row] ?? NaN);
}
