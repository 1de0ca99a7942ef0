import type { UsualError } from '../stats/number-losses.ts';

/** The metric that gates and rollouts compare versions by, where pawl.yaml names none. */
export type JudgedBy = 'accuracy' | UsualError;
