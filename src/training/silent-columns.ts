import type { Frame, FrameColumn } from '../data/dataset.ts';
import { listed } from '../stats/wording.ts';

/** Features that tell no row from another. */
export interface SilentColumns {
  /** The same value in every row. */
  readonly constant: readonly string[];
  /** Missing in every row. */
  readonly missing: readonly string[];
}

/** The features of which nothing can be learned from these rows, in the order of the contract. */
export function silentColumns({ features, columns, rows }: Frame): SilentColumns {
  const constant: string[] = [];
  const missing: string[] = [];
  for (const name of features) {
    const column = columns[name];
    if (column === undefined || rows === 0) continue;
    const [first, isMissing] = firstOf(column);
    if (!isAlike(column, first)) continue;
    (isMissing ? missing : constant).push(name);
  }
  return { constant, missing };
}

/** A sentence for people; null where every feature says something. */
export function tellSilent({ constant, missing }: SilentColumns): string | null {
  const parts = [
    ...(constant.length === 0 ? [] : [`${named(constant)} ${constant.length === 1 ? 'has' : 'have'} one value in every row`]),
    ...(missing.length === 0 ? [] : [`${named(missing)} ${missing.length === 1 ? 'is' : 'are'} missing in every row`]),
  ];
  return parts.length === 0
    ? null
    : `${parts.join(', and ')}: nothing was learned from ${constant.length + missing.length === 1 ? 'it' : 'them'}.`;
}

function firstOf(column: FrameColumn): [value: number, isMissing: boolean] {
  const value = (column.type === 'category' ? column.codes[0] : column.values[0]) as number;
  return [value, column.type === 'category' ? isNothing(column, value) : Number.isNaN(value)];
}

function isAlike(column: FrameColumn, first: number): boolean {
  if (column.type === 'number') return column.values.every((value) => Object.is(value, first) || value === first);
  const nothing = isNothing(column, first);
  return column.codes.every((code) => code === first || (nothing && isNothing(column, code)));
}

/** The empty text is how a graph is told of a missing category. */
function isNothing({ levels }: Extract<FrameColumn, { type: 'category' }>, code: number): boolean {
  return code < 0 || levels[code] === '';
}

/** All of a few names; of many the first ten and how many more. */
function named(names: readonly string[]): string {
  return listed(names.length > 11 ? [...names.slice(0, 10), `${names.length - 10} more`] : names);
}
