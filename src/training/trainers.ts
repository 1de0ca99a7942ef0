import { ftrl } from './ftrl/trainer.ts';
import { gbt } from './gbt/trainer.ts';
import { logistic } from './logistic/trainer.ts';
import type { Trainer } from './trainer.ts';

/** The trainers that pawl.yaml may name. */
export const trainers: Readonly<Record<'gbt' | 'logistic' | 'ftrl', Trainer>> = { gbt, logistic, ftrl };
