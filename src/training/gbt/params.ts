import { z } from 'zod';

export const gbtParams = z
  .strictObject({
    /** Of a regression: what is made small. Default: squared. */
    loss: z.enum(['squared', 'absolute', 'quantile', 'poisson']).optional(),
    /** Of the loss `quantile`: the share of rows below the prediction. Default: 0.5. */
    alpha: z.number().gt(0).lt(1).optional(),
    trees: z.int().min(1).max(20_000).default(200),
    /** Largest number of leaves of a tree. */
    leaves: z.int().min(2).max(4096).default(31),
    learning_rate: z.number().gt(0).max(1).default(0.1),
    min_rows_in_leaf: z.int().min(1).default(20),
    /** A leaf's least sum of second derivatives: below it, its value would be noise over nearly nothing. */
    min_hessian_in_leaf: z.number().min(0).default(1e-3),
    /** Most bins that the values of a feature are put into. */
    bins: z.int().min(2).max(255).default(255),
    /** Added to a leaf's sum of second derivatives. */
    l2: z.number().min(0).default(0),
    /** Added to `l2` where the levels of a category are parted in two sets. */
    category_l2: z.number().min(0).default(10),
    /** Rows of a node that a level needs to have a say in a split, and what draws its mean towards zero. */
    category_smoothing: z.number().min(1).default(10),
    /** Features of numbers with which the prediction may only rise, or only fall. */
    monotone: z.record(z.string(), z.enum(['increasing', 'decreasing'])).optional(),
    /** Share of rows that each tree sees. */
    row_sample: z.number().gt(0).max(1).default(1),
    /** Share of features that each tree sees. */
    feature_sample: z.number().gt(0).max(1).default(1),
    /** Ends when the newest rows, a share of all, have not got better for so many rounds; no tree learns from them. */
    early_stopping: z
      .strictObject({
        rounds: z.int().min(1).default(20),
        share: z.number().gt(0).max(0.5).default(0.1),
      })
      .optional(),
  })
  .refine(({ loss, alpha }) => alpha === undefined || loss === 'quantile', {
    path: ['alpha'],
    message: 'only of the loss quantile; name that loss, or leave it out',
  });

export type GbtParams = z.output<typeof gbtParams>;
