import { answer, columns, goesLeft, gradient, hessian, order, rows, scratch } from './layout';

/**
 * Moves those of the rows order[begin … end) that go left by `feature` to the front, both sides in the order that they were in.
 * @returns how many go left
 */
export function partition(feature: i32, begin: i32, end: i32): i32 {
  const column = columns + <usize>feature * <usize>rows;
  const last = order + ((<usize>end) << 2);
  const start = order + ((<usize>begin) << 2);
  let left = start;
  let right = scratch;
  // Written to both sides and kept on one: a branch would be mispredicted every other time.
  for (let at = start; at < last; at += 4) {
    const row = load<u32>(at);
    const isLeft = <usize>load<u8>(goesLeft + <usize>load<u8>(column + row));
    store<u32>(left, row);
    store<u32>(right, row);
    left += isLeft << 2;
    right += (1 - isLeft) << 2;
  }
  memory.copy(left, scratch, right - scratch);
  return <i32>((left - start) >> 2);
}

/** Writes the sums of gradients and second derivatives of the rows order[begin … end) to `answer`, added one after the other. */
export function sumRows(begin: i32, end: i32): void {
  const last = order + ((<usize>end) << 2);
  let g: f64 = 0;
  let h: f64 = 0;
  for (let at = order + ((<usize>begin) << 2); at < last; at += 4) {
    const row = (<usize>load<u32>(at)) << 3;
    g += load<f64>(gradient + row);
    h += load<f64>(hessian + row);
  }
  store<f64>(answer, g);
  store<f64>(answer, h, 8);
}
