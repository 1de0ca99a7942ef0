import type { KernelSize } from './kernel.ts';

/** Bytes of a histogram's feature; assembly/layout.ts says why. */
const featureBytes = 4160;
const pageBytes = 65_536;

/** Most that 32 bit addresses reach. */
export const mostPages = 65_536;

/** Addresses in the memory that the threads share, as assembly/layout.ts reads them. */
export interface Layout {
  readonly table: Int32Array;
  readonly pages: number;
  readonly stride: number;
  readonly tableAt: number;
  readonly columns: number;
  readonly order: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly missingBins: number;
  readonly monotone: number;
  readonly used: number;
  readonly goesLeft: number;
  readonly answer: number;
}

/** Where everything lies; untouched pages cost nothing. */
export function layOut({ rows, features, slots }: KernelSize): Layout {
  // Below lies what the compiler keeps for itself.
  let top = 1024;
  const take = (bytes: number) => {
    const at = top;
    // A cache line for each, so that no two threads write to one.
    top = Math.ceil((top + bytes) / 64) * 64;
    return at;
  };
  const stride = Math.ceil(features / 4) * 4;
  const tableAt = take(64);
  const answer = take(64);
  const goesLeft = take(256);
  const missingBins = take(stride * 4);
  const monotone = take(stride * 4);
  const used = take((features + 1) * 4);
  const columns = take(rows * features);
  const matrix = take(rows * stride);
  const pairs = take(rows * 16);
  const order = take(rows * 4);
  const scratch = take(rows * 4 + 4);
  const gradient = take(rows * 8);
  const hessian = take(rows * 8);
  const histograms = take(slots * stride * featureBytes);
  const addresses = [columns, matrix, pairs, order, scratch, gradient, hessian, missingBins, monotone, used, goesLeft, answer];
  return {
    // Those beyond 2^31 wrap around, and are read without a sign.
    table: Int32Array.of(rows, features, stride, ...addresses, histograms),
    pages: Math.ceil(top / pageBytes),
    ...{ stride, tableAt, columns, order, gradient, hessian, missingBins, monotone, used, goesLeft, answer },
  };
}
