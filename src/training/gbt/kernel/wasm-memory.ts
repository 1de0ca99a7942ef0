import * as place from './assembly/places.ts';
import type { KernelSize } from './kernel.ts';

/** Bytes of a histogram's feature; assembly/layout.ts says why. */
const featureBytes = 4160;
const pageBytes = 65_536;

/** Most that 32 bit addresses reach. */
export const mostPages = 65_536;

/** Where everything lies in the memory that the threads share. Untouched pages cost nothing. */
export interface Layout {
  readonly pages: number;
  /** Of the table of addresses itself. */
  readonly table: number;
  /** By entry of the table (assembly/places.ts). */
  readonly at: readonly number[];
}

/** @param threads most that will work on it */
export function layOut({ rows, features, slots }: KernelSize, threads: number): Layout {
  // Below lies what the compiler keeps for itself.
  let top = 1024;
  const take = (bytes: number) => {
    const at = top;
    // A cache line for each, so that no two threads write to one.
    top = Math.ceil((top + bytes) / 64) * 64;
    return at;
  };
  const stride = Math.ceil(features / 4) * 4;
  const table = take(place.entries * 4);
  const at: number[] = [];
  at[place.rowsEntry] = rows;
  at[place.featuresEntry] = features;
  at[place.strideEntry] = stride;
  at[place.integersEntry] = take(place.integers * 4);
  at[place.numbersEntry] = take(place.numbers * 8);
  at[place.answersEntry] = take(threads * place.answerBytes);
  at[place.goesLeftEntry] = take(256);
  at[place.thresholdsEntry] = take(256 * 4);
  at[place.levelsEntry] = take(threads * place.levelsBytes);
  at[place.missingBinsEntry] = take(stride * 4);
  at[place.monotoneEntry] = take(stride);
  at[place.categoriesEntry] = take(stride);
  at[place.usedEntry] = take(stride);
  at[place.columnsEntry] = take(rows * features);
  at[place.matrixEntry] = take(rows * stride);
  at[place.pairsEntry] = take(rows * 16);
  at[place.orderEntry] = take(rows * 4);
  at[place.scratchEntry] = take(rows * 4);
  // Two rows are written at a time, also where the last one has no second.
  at[place.gradientEntry] = take(rows * 8 + 8);
  at[place.hessianEntry] = take(rows * 8 + 8);
  at[place.scoreEntry] = take(rows * 8 + 8);
  at[place.labelsEntry] = take(rows * 8 + 8);
  at[place.histogramsEntry] = take((slots + threads - 1) * stride * featureBytes);
  return { pages: Math.ceil(top / pageBytes), table, at };
}
