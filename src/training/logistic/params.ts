import { z } from 'zod';

export const logisticParams = z.strictObject({
  /** The weight of the absolute coefficients against the summed loss, on standardised features: what weighs little is left out. */
  l1: z.number().min(0).default(0),
  /** The weight of the squared coefficients, halved, against the summed loss, on standardised features. */
  l2: z.number().min(0).default(1),
  max_iterations: z.int().min(1).max(10_000).default(500),
  /** Ends when no coefficient moves by more. */
  tolerance: z.number().gt(0).default(1e-8),
});

export type LogisticParams = z.output<typeof logisticParams>;
