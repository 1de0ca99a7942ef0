import type { Frame } from '../data/dataset.ts';
import { pickRows } from '../data/pick-rows.ts';

/**
 * So many of a frame's rows, evenly spread over all of them and in their order: of every time as much as of any other. The frame
 * itself where the share is all.
 * @param share above 0, at most 1; at least one row is taken
 */
export function partOfRows(frame: Frame, share: number): Frame {
  const count = Math.max(1, Math.round(frame.rows * share));
  if (count >= frame.rows) return frame;
  const at = Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frame.rows) / count));
  return pickRows(frame, at);
}
