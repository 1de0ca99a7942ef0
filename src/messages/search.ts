import type { DatasetRef } from '../data/dataset.ts';
import type { DrawnParams } from '../search/space.ts';
import type { SearchPolicy } from '../search/state.ts';

/** What the trials of a release learn from. */
interface SearchedRows {
  /** `<model>/<number>` */
  readonly release: string;
  readonly model: string;
  readonly dataset: DatasetRef;
  readonly shuffleLabels: boolean;
}

export interface SearchInput extends SearchedRows {
  readonly trainer: string;
  readonly policy: SearchPolicy;
}

/** One trial at one rung. */
export interface TrialInput extends SearchedRows {
  /** From 1. */
  readonly trial: number;
  /** From 0. */
  readonly rung: number;
  /** Of its whole resource, 0 to 1. */
  readonly share: number;
  readonly drawn: DrawnParams;
  readonly metric: string;
}

/** What a search has found. */
export interface SearchResult {
  readonly trial: number;
  /** For the training, beside those of pawl.yaml and in their place. */
  readonly params: Readonly<Record<string, unknown>>;
  /** A sentence with numbers. */
  readonly because: string;
}
