import { z } from 'zod';
import type { Task } from '../onnx/signature.ts';
import { exactlyOne } from './entries.ts';
import { bound, count, duration, share } from './quantities.ts';
import { value, windows } from './release-terms.ts';
import { callers } from './texts.ts';
import type { JudgedBy } from './judged-by.ts';

const labels = count('label').default(200);
const by = z
  .enum(['bounds', 'estimate'])
  .optional()
  .describe(
    'bounds, the default: harm is what surely is worse, however often one looks. estimate: what was measured, chance and all.',
  );
const within = duration
  .optional()
  .describe('Only so long after the challenger began to answer callers; then the rule is silent. Default: the whole rollout.');
const below = (unit: string) =>
  z
    .strictObject({ below_champion_by: bound.describe(unit), at_least: labels, by, within })
    .optional()
    .describe('Of the challenger, against the champion on the same requests, by labels.');
const above = z
  .strictObject({ above_champion_by: share.describe("As a share of the champion's own."), at_least: labels, by, within })
  .optional()
  .describe('Of the challenger, against the champion on the same requests, by labels.');
const points = 'In points: 2% is from 79 % to 77 %.';

const rollbackRule = z
  .strictObject({
    error_rate: z
      .strictObject({
        above: share,
        for: duration.default(120_000),
        at_least: count('error').default(5),
        by: z
          .enum(['bounds', 'estimate'])
          .default('bounds')
          .describe(
            'bounds: above it by more than chance makes of two minutes. estimate: the rate that was counted, chance and all.',
          ),
      })
      .optional()
      .describe("A limit of the challenger's error rate within `for`."),
    error_ratio: z
      .strictObject({
        above: z
          .number()
          .positive('above 0')
          .default(1)
          .describe("Times the champion's error rate that are still allowed: 1 is no worse, 1.5 is half as many again."),
      })
      .optional()
      .describe('More errors than the champion makes, counted by caller over the whole ramp; surely, however often one looks.'),
    latency: z
      .strictObject({
        p99: duration.optional().describe('A limit of the 99th percentile.'),
        quantile: share
          .refine((q) => q > 0 && q < 1, 'between 0% and 100%')
          .optional()
          .describe('Which one to hold against the champion. Default: 99%.'),
        above_champion_by: share.optional().describe("As a share of the champion's own."),
        at_least: count('request').default(100),
      })
      .refine(({ p99, above_champion_by: more }) => p99 !== undefined || more !== undefined, 'p99, above_champion_by, or both')
      .refine(
        ({ quantile, above_champion_by: more }) => quantile === undefined || more !== undefined,
        'above_champion_by with quantile',
      )
      .optional()
      .describe('Of a step, in ms; surely, however often one looks.'),
    disagreement: z
      .strictObject({ above: share, at_least: count('pair').default(200) })
      .optional()
      .describe("Share of paired answers that differ (regression: by more than 1 sd of the champion's scores). Needs no label."),
    score_shift: z
      .strictObject({ above: share, at_least: count('pair').default(200) })
      .optional()
      .describe(
        'How far apart the scores of both are distributed: the largest difference of the shares of scores up to some value. Needs no label.',
      ),
    accuracy: below(points),
    f1: below(points),
    precision: below(points),
    recall: below(points),
    value: below('A request, in the unit of `release.value`.'),
    mae: above,
    rmse: above,
    pinball: above,
    poisson_deviance: above,
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
      exposure: count('request')
        .refine((requests) => requests > 0, 'more than 0 requests')
        .default(100_000)
        .describe(
          'In a step below 100%: once the challenger has answered so many and is still in doubt, `at_deadline` decides, without waiting for `at_most`.',
        ),
      error_rate: z
        .strictObject({ below: share, over: duration.default(600_000) })
        .optional()
        .describe("A step is left only while the challenger's error rate is below this."),
    })
    .prefault({})
    .describe('How long a step lasts, the requests it needs of both versions together, and when to give up waiting for them.'),
  bake: duration.default(3_600_000).describe('How long it answers everybody before it is champion.'),
  lease: duration.default(30_000).describe('How long a challenger keeps its share when nobody renews it.'),
  lapses: z.int('a whole number').min(1).default(3).describe('So many lapses of the lease end the rollout.'),
  hypothesis: z
    .string()
    .min(1, 'a sentence')
    .max(300, 'at most 300 characters')
    .optional()
    .describe('What the release sets out to show, stated before it starts. The verdict at its end is written against it.'),
  success: z
    .enum(['accuracy', 'f1', 'precision', 'recall', 'value', 'mae', 'rmse', 'pinball', 'poisson_deviance'])
    .optional()
    .describe('The metric that the verdict is about.'),
  value: value.optional(),
  false_rollbacks: share
    .refine((chance) => chance > 0 && chance < 1, 'between 0% and 100%')
    .default(0.05)
    .describe(
      'The chance that a version that is no worse than the rules allow is ever rolled back by them. Each rule that tests gets an equal part.',
    ),
  advance: z
    .enum(['unless_worse', 'when_proven'])
    .default('unless_worse')
    .describe(
      'unless_worse: it goes on while nothing speaks against it. when_proven: only once a loss that is larger than the rules on labels and latency allow is excluded.',
    ),
  at_deadline: z
    .enum(['rollback', 'hold', 'advance'])
    .default('rollback')
    .describe('What becomes of a step that cannot be judged by `step.at_most`.'),
  windows: windows.optional(),
  drill: z
    .strictObject({
      schedule: z.string().describe('Cron, five fields, such as 0 4 * * 0: UTC unless `time_zone` is named beside `schedule`.'),
    })
    .optional()
    .describe(
      'When to rehearse a release in production: a copy of the champion goes the way of a new version, and is rolled back at the end.',
    ),
  preset: z
    .enum(['limits'])
    .optional()
    .describe(
      'limits: rules as dashboards have them, in place of rollback_when. It goes on below 1% errors within 10 minutes; back above 2% errors for 2 minutes, precision or recall 2 points down, accuracy 5 points down in the first hour.',
    ),
  rollback_when: z
    .array(rollbackRule)
    .refine((rules) => new Set(rules.flatMap(Object.keys)).size === rules.length, 'each rule once')
    .optional()
    .describe(
      'Any of them rolls back. Default: more than 2% errors; more errors than the champion makes; accuracy 2 points below the champion, or 5% above it the MAE, or where gbt learns a quantile or counts the pinball loss or the Poisson deviance, on 200 labels.',
    ),
});

export type RollbackRule = z.output<typeof rollbackRule>;

const failing = (by: 'bounds' | 'estimate'): RollbackRule => ({ error_rate: { above: 0.02, for: 120_000, at_least: 5, by } });

/** What nobody wants of a version on trial: that it fails, or that it is worse than the champion on the same requests. */
export function defaultRollbackRules(metric: JudgedBy): RollbackRule[] {
  return [
    failing('bounds'),
    { error_ratio: { above: 1 } },
    metric === 'accuracy'
      ? { accuracy: { below_champion_by: 0.02, at_least: 200 } }
      : { [metric]: { above_champion_by: 0.05, at_least: 200 } },
  ];
}

/** `preset: limits`. */
export const limitsToGoOn = { below: 0.01, over: 600_000 };
export function limitRules(task: Task, metric: JudgedBy): RollbackRule[] {
  const estimate = { at_least: 200, by: 'estimate' } as const;
  return metric !== 'accuracy'
    ? [failing('estimate'), { [metric]: { above_champion_by: 0.05, ...estimate } }]
    : [
        failing('estimate'),
        // Of a positive class, which there is of two only.
        ...(task === 'binary-classification'
          ? [{ precision: { below_champion_by: 0.02, ...estimate } }, { recall: { below_champion_by: 0.02, ...estimate } }]
          : []),
        { accuracy: { below_champion_by: 0.05, ...estimate, within: 3_600_000 } },
      ];
}
