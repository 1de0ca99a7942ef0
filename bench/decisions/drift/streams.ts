import type { Random } from '../../../src/training/random.ts';

/** Rows before which a stream has forgotten where it began. */
const forgotten = 200;

/** A standard normal stream whose neighbours are correlated by `phi`: AR(1), independent at 0. */
export function stream(phi: number, rows: number, random: Random): Float64Array {
  const values = new Float64Array(rows + forgotten);
  const noise = Math.sqrt(1 - phi * phi);
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    last = phi * last + noise * normal(random);
    values[i] = last;
  }
  return values.subarray(forgotten);
}

/** G. Box and M. Muller, Annals of Mathematical Statistics 29, 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Rows of an AR(1) stream that are worth one independent row. */
export const rowsWorthOne = (phi: number) => (1 + phi) / (1 - phi);

/** The blocks of some rows, in an order that is drawn: what is alike within a block stays so, and nothing else changes with time. */
export function inDrawnOrder(rows: number, block: number, random: Random): Int32Array {
  const blocks = Math.floor(rows / block);
  const order = Array.from({ length: blocks }, (_, i) => i);
  for (let i = blocks - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other] ?? 0, order[i] ?? 0];
  }
  return Int32Array.from({ length: blocks * block }, (_, i) => (order[Math.floor(i / block)] ?? 0) * block + (i % block));
}
