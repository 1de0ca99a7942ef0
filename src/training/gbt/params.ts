import { z } from 'zod';

export const gbtParams = z.strictObject({
  trees: z.int().min(1).max(20_000).default(200),
  /** Largest number of leaves of a tree. */
  leaves: z.int().min(2).max(4096).default(31),
  learning_rate: z.number().gt(0).max(1).default(0.1),
  min_rows_in_leaf: z.int().min(1).default(20),
  /** A leaf's least sum of second derivatives: below it, its value would be noise over nearly nothing. */
  min_hessian_in_leaf: z.number().min(0).default(1e-3),
  /** Most bins that the values of a feature are put into. */
  bins: z.int().min(2).max(254).default(254),
  /** Added to a leaf's sum of second derivatives. */
  l2: z.number().min(0).default(0),
  /** Share of rows that each tree sees. */
  row_sample: z.number().gt(0).max(1).default(1),
  /** Share of features that each tree sees. */
  feature_sample: z.number().gt(0).max(1).default(1),
});

export type GbtParams = z.output<typeof gbtParams>;
