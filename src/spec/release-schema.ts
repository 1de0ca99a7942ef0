import { z } from 'zod';
import { exactlyOne } from './entries.ts';
import { bound, count, duration, share } from './quantities.ts';
import { callers } from './texts.ts';

const labels = count('label').default(200);
const rollbackRule = z
  .strictObject({
    error_rate: z.strictObject({ above: share, for: duration.default(120_000), at_least: count('error').default(5) }).optional(),
    latency: z.strictObject({ p99: duration, at_least: count('request').default(100) }).optional(),
    disagreement: z
      .strictObject({ above: share, at_least: count('pair').default(200) })
      .optional()
      .describe("Share of paired answers that differ (regression: by more than 1 sd of the champion's scores)."),
    accuracy: z.strictObject({ below_champion_by: bound, at_least: labels }).optional().describe('In points.'),
    f1: z.strictObject({ below_champion_by: bound, at_least: labels }).optional().describe('In points.'),
    mae: z.strictObject({ above_champion_by: share, at_least: labels }).optional().describe("As a share of the champion's own."),
    rmse: z.strictObject({ above_champion_by: share, at_least: labels }).optional().describe("As a share of the champion's own."),
  })
  .refine(...exactlyOne('rule'))
  .describe('When this is seen in a rollout, the champion answers everything again.');

/** The steps of a rollout, where pawl.yaml names none. */
export const defaultRamp = {
  canary: [0.05, 0.25, 0.5, 1],
  bandit: [0.05, 0.25, 0.5, 1],
  ab: [0.5, 1],
  'blue-green': [1],
} as const;

export const release = z.strictObject({
  strategy: z
    .enum(['canary', 'blue-green', 'ab', 'bandit'])
    .default('canary')
    .describe(
      'canary: by steps. blue-green: everything at once. ab: a fixed split for `step.for`, then everything. bandit: in each step as much, up to its share, as the labels say that the challenger is the better one.',
    ),
  segments: callers('the name of a segment')
    .min(1)
    .optional()
    .describe('Until the last step, only callers of these segments take part (`x-pawl-segment`).'),
  approval: z.enum(['none', 'required']).default('none').describe('required: by somebody other than the one who asked.'),
  shadow: z
    .strictObject({ for: duration.default(600_000), share: share.default(1) })
    .prefault({})
    .describe('First the challenger scores beside the champion and answers nobody.'),
  ramp: z
    .array(share)
    .min(1)
    .refine((steps) => steps.every((step, i) => step > (i === 0 ? 0 : (steps[i - 1] ?? 0))), 'steps that grow')
    .refine((steps) => steps.at(-1) === 1, 'a last step of 100%')
    .optional()
    .describe(
      'Then it answers these shares of the callers, one after the other. Default: 5%, 25%, 50%, 100%; blue-green 100%; ab 50%, 100%.',
    ),
  step: z
    .strictObject({
      for: duration.default(600_000),
      at_least: count('request').default(1000),
      at_most: duration.default(86_400_000),
    })
    .prefault({})
    .describe('How long a step lasts, the requests it needs of both versions together, and when to give up waiting for them.'),
  bake: duration.default(3_600_000).describe('How long it answers everybody before it is champion.'),
  lease: duration.default(30_000).describe('How long a challenger keeps its share when nobody renews it.'),
  lapses: z.int('a whole number').min(1).default(3).describe('So many lapses of the lease end the rollout.'),
  rollback_when: z
    .array(rollbackRule)
    .refine((rules) => new Set(rules.flatMap(Object.keys)).size === rules.length, 'each rule once')
    .optional()
    .describe(
      'Any of them rolls back. Default: more than 2% errors; accuracy 2 points below the champion, or MAE 5% above it, on 200 labels.',
    ),
});

export type RollbackRule = z.output<typeof rollbackRule>;

/** What nobody wants of a version on trial: that it fails, or that it is worse than the champion on the same requests. */
export function defaultRollbackRules(task: 'binary-classification' | 'regression'): RollbackRule[] {
  const failing = { error_rate: { above: 0.02, for: 120_000, at_least: 5 } };
  return [
    failing,
    task === 'regression'
      ? { mae: { above_champion_by: 0.05, at_least: 200 } }
      : { accuracy: { below_champion_by: 0.02, at_least: 200 } },
  ];
}
