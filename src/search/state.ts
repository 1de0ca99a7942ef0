import type { DrawnParams, SearchSpace } from './space.ts';

/** What a search obeys. */
export interface SearchPolicy {
  readonly space: SearchSpace;
  readonly seed: number;
  /** Most trials. */
  readonly trials: number;
  /** ms that it may last; null: no limit. */
  readonly forMs: number | null;
  /** ms of training, those of all workers added, that it may use; null: no limit. */
  readonly workMs: number | null;
  /** Most trials in training at a time. */
  readonly parallel: number;
  /** Of this many trials that have come so far one goes on, with so many times the resource. */
  readonly reduction: number;
  /** How often a trial is looked at, if it is never given up; the last time it has all of its resource. */
  readonly rungs: number;
  readonly metric: string;
  readonly higherIsBetter: boolean;
}

/** What a trial came to at one rung. */
export interface Look {
  /** The metric on the rows kept apart; null where the trial failed. */
  readonly score: number | null;
  /** ms of training, what was trained for the rung before not counted again. */
  readonly ms: number;
  /** What the trainer is to be told, were it the best: the drawn values, and so many trees as there were. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What it had of its resource: `67 trees`, `3,000 rows`; null where it failed. */
  readonly resource: string | null;
}

export interface Trial {
  readonly drawn: DrawnParams;
  /** One for each rung it has reached, from rung 0. */
  readonly looks: readonly Look[];
  readonly running: boolean;
}

/** The trials in the order in which they began. Trial 1 is the first. */
export type SearchState = readonly Trial[];

/** The part of its whole resource that a trial has at a rung, 0 to 1. */
export function shareAt(rung: number, { rungs, reduction }: Pick<SearchPolicy, 'rungs' | 'reduction'>): number {
  return reduction ** (rung - (rungs - 1));
}

/** The rung that a trial is in training for, or would be next. */
export const nextRung = (trial: Trial): number => trial.looks.length;

/** With a trial begun, or gone on with. */
export function begun(state: SearchState, number: number, drawn: DrawnParams): SearchState {
  const trial = state[number - 1] ?? { drawn, looks: [], running: false };
  return [...state.slice(0, number - 1), { ...trial, running: true }, ...state.slice(number)];
}

/** With what a trial came to; null where it was stopped before it came to anything. */
export function ended(state: SearchState, number: number, look: Look | null): SearchState {
  return state.map((trial, i) =>
    i === number - 1 ? { ...trial, running: false, looks: look === null ? trial.looks : [...trial.looks, look] } : trial,
  );
}
