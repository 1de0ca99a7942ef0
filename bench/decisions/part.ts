import type { Bar } from '../bars.ts';

export interface PartOptions {
  /** Of everything that is drawn: the same seed gives the same draws. */
  readonly seed: number;
  /** Shortened, for work on the bench itself: its bars are not judged. */
  readonly quick: boolean;
  /** Tells, a line now and then, what goes on. */
  readonly say: (line: string) => void;
}

/** Rows under a head, ready to be printed; null is an empty cell. */
export interface PartTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What a part of the bench has found. */
export interface PartResult {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly tables: readonly PartTable[];
  /** Everything behind it that fits into JSON: it goes to the results file as it is. */
  readonly raw: unknown;
}

export type Part = (options: PartOptions) => Promise<PartResult>;
