import { z } from 'zod';
import type { SearchRange } from '../search/space.ts';
import { metricNames } from './evaluation-schema.ts';
import { money } from './money.ts';
import { count, duration, share } from './quantities.ts';

const number = z.number('a number');
const range = z
  .strictObject({
    from: number.optional().describe('The smallest value.'),
    to: number.optional().describe('The largest value.'),
    scale: z
      .enum(['linear', 'log'])
      .optional()
      .describe('log: as many trials between 0.01 and 0.1 as between 0.1 and 1. Default: linear.'),
    whole: z.boolean().optional().describe('Whole numbers only. Default: false.'),
    choices: z
      .array(z.union([z.string(), z.number(), z.boolean()], 'text, a number, true or false'))
      .min(1, 'a value or more')
      .optional()
      .describe('Or the values themselves.'),
  })
  .refine(
    ({ from, to, scale, whole, choices }) =>
      choices === undefined ? from !== undefined && to !== undefined : [from, to, scale, whole].every((key) => key === undefined),
    'from and to, or choices',
  )
  .refine(({ from = 0, to = Infinity }) => from <= to, 'from at most to')
  .refine(({ from = 1, scale }) => scale !== 'log' || from > 0, 'more than 0 to begin with, on a log scale')
  .refine(({ from = 0, to = 0, whole }) => whole !== true || (Number.isInteger(from) && Number.isInteger(to)), 'whole numbers')
  .transform(({ from = 0, to = 0, scale = 'linear', whole = false, choices }): SearchRange =>
    choices === undefined ? { from, to, scale, whole } : { choices },
  )
  .describe('Where a parameter is looked for: from and to, or choices.');

export const search = z
  .strictObject({
    params: z
      .record(z.string(), range)
      .refine((all) => Object.keys(all).length > 0, 'at least one parameter')
      .describe('The parameters that are searched. Those of training.params hold for all trials, and are the first trial.'),
    trials: count('trial')
      .refine((trials) => trials >= 1 && trials <= 500, 'from 1 to 500 trials')
      .default(30)
      .describe('How many sets of parameters are tried, most of them on a part of their trees or rows only.'),
    for: duration
      .refine((ms) => ms >= 1000, 'at least 1s')
      .optional()
      .describe('How long it may last; trials that are in training then are stopped.'),
    cost: money.optional().describe('What its training may cost at cost.per_hour; a trial that would go beyond it is not begun.'),
    metric: z
      .enum(metricNames)
      .optional()
      .describe(
        'What is made best. Default: auc; of a regression rmse, or pinball or poisson_deviance where gbt has such a loss.',
      ),
    validation: share
      .refine((part) => part > 0 && part < 1, 'more than 0 and less than 100%')
      .default(0.2)
      .describe('The share of the training rows, the newest, that trials are compared on. The hold-out is left alone.'),
    parallel: z.int('a whole number').min(1).max(64).default(4).describe('Trials at a time, one on each training worker.'),
    reduction: z
      .int('a whole number')
      .min(2)
      .max(10)
      .default(3)
      .describe('One trial in so many goes on from each look at it to the next, with so many times the trees or rows.'),
    rungs: z
      .int('a whole number')
      .min(1)
      .max(6)
      .default(3)
      .describe('Looks at a trial that is never given up. 1: a random search.'),
    seed: z.int('a whole number').min(0).optional().describe('Of the draws. Default: training.seed.'),
  })
  .describe('Finds parameters before the training, by asynchronous successive halving; docs/tuning.md has more on it.');
