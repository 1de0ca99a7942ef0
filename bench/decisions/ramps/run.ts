import type { Part } from '../part.ts';
import { simulateErrors } from './errors.ts';

/** Ramps by simulation: how often a version that is no worse is rolled back, and how soon one that is worse. */
export const runRamps: Part = (options) => {
  const errors = simulateErrors(options);
  return Promise.resolve({ name: 'ramps', bars: errors.bars, tables: errors.tables, raw: { errors: errors.raw } });
};
