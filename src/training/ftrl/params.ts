import { z } from 'zod';

export const ftrlParams = z.strictObject({
  /** How fast each weight moves: the larger, the faster. */
  alpha: z.number().gt(0).max(10).default(0.1),
  /** Slows the first steps of each weight. */
  beta: z.number().min(0).default(1),
  /** A weight whose evidence is below it is 0. */
  l1: z.number().min(0).default(0),
  /** Pulls weights towards 0. */
  l2: z.number().min(0).default(1),
  /** Bins of a number, of equally many rows; a missing value has one of its own beside. */
  bins: z.int().min(2).max(254).default(16),
  /** Most categories of a feature with a weight of their own. */
  levels: z.int().min(1).max(1_000_000).default(10_000),
  /** How often the rows are gone through. */
  passes: z.int().min(1).max(100).default(1),
  /** Goes on from the champion, on the rows that it has not seen. */
  continue: z.boolean().default(true),
});

export type FtrlParams = z.output<typeof ftrlParams>;
