/** How long a run takes at each thing, s where nothing else is said. */
export interface Lengths {
  /** Alternating rounds of all targets at 64 connections. */
  readonly rounds: number;
  readonly warmUp: number;
  /** Of each closed loop. */
  readonly closedLoop: number;
  /** Of the open loop that is judged. */
  readonly openLoop: number;
  /** Of the other open loops. */
  readonly otherRates: number;
  /** Passes of promotion and rollback, with notification and without. */
  readonly passes: { readonly notified: number; readonly silent: number };
  readonly memoryWarmUp: number;
  readonly memory: number;
}

export const full: Lengths = {
  rounds: 5,
  warmUp: 2,
  closedLoop: 8,
  openLoop: 60,
  otherRates: 10,
  passes: { notified: 3, silent: 5 },
  memoryWarmUp: 120,
  memory: 600,
};

/** For work on the bench itself: too short to judge by. */
export const quick: Lengths = {
  rounds: 1,
  warmUp: 1,
  closedLoop: 2,
  openLoop: 4,
  otherRates: 2,
  passes: { notified: 1, silent: 1 },
  memoryWarmUp: 2,
  memory: 8,
};
