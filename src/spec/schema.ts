import { z } from 'zod';
import { count, duration, share } from './quantities.ts';

/**
 * The one source of pawl.yaml: validation, defaults, types and the published JSON Schema. Keys are the file's own.
 * `ModelSpec` is what the rest of the code trusts: durations in milliseconds, shares as fractions, every default filled in.
 */
const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, starting with a letter, at most 63');

const feature = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('number'),
      min: z.number().optional(),
      max: z.number().optional(),
      nullable: share.default(0),
    }),
    z.strictObject({ type: z.literal('boolean'), nullable: share.default(0) }),
    z.strictObject({
      type: z.literal('category'),
      values: z.array(z.string()).min(1).optional(),
      /** What an unlisted value means: part of life, or a violation. */
      unseen: z.enum(['allow', 'reject']).default('allow'),
      nullable: share.default(0),
    }),
  ])
  .meta({ description: 'A feature: its type, its range or values, and the share of missing values that is accepted.' });

const contract = z.strictObject({
  timestamp: z.string().optional(),
  label: z.string(),
  /** Binary classification: the label value that counts as positive. Default: the greater of the two. */
  positive: z.union([z.string(), z.number(), z.boolean()]).optional(),
  features: z.record(z.string(), feature).refine((all) => Object.keys(all).length > 0, 'at least one feature'),
  /** Columns whose values together identify a row. */
  unique: z.array(z.string()).min(1).optional(),
  /** Oldest allowed age of the newest row, against `asOf` or the wall clock. */
  freshness: duration.optional(),
  rows: z.strictObject({ at_least: count('row').default(100) }).prefault({}),
  quarantine: z.strictObject({ at_most: share.default(0) }).prefault({}),
  /** Written as a missing value in the source. */
  missing: z.array(z.string()).default([]),
});

export const higherIsBetter = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'r2'] as const;
export const lowerIsBetter = ['log_loss', 'brier', 'ece', 'mae', 'rmse'] as const;
export const metricNames = [...higherIsBetter, ...lowerIsBetter] as const;
export type MetricName = (typeof metricNames)[number];

const gateBound = z.strictObject({
  at_least: z.number().optional(),
  at_most: z.number().optional(),
  /** In the metric's own units, on the same rows; the direction follows the metric. */
  better_than_champion_by: z.number().optional(),
});
const oneOf = (what: string) => [(entry: object) => Object.keys(entry).length === 1, `exactly one ${what} an entry`] as const;
const gate = z.partialRecord(z.enum(metricNames), gateBound).refine(...oneOf('metric'));

const rollbackRule = z
  .strictObject({
    error_rate: z.strictObject({ above: share, for: duration.default(120_000), at_least: count('error').default(5) }).optional(),
    latency: z.strictObject({ p99: duration, at_least: count('request').default(100) }).optional(),
    /** Share of paired answers in which champion and challenger differ (regression: by more than 1 sd of the champion's scores). */
    disagreement: z.strictObject({ above: share, at_least: count('pair').default(200) }).optional(),
    accuracy: z.strictObject({ below_champion_by: z.number().min(0), at_least: count('label').default(200) }).optional(),
    f1: z.strictObject({ below_champion_by: z.number().min(0), at_least: count('label').default(200) }).optional(),
    /** As a share of the champion's own value. */
    mae: z.strictObject({ above_champion_by: share, at_least: count('label').default(200) }).optional(),
    rmse: z.strictObject({ above_champion_by: share, at_least: count('label').default(200) }).optional(),
  })
  .refine(...oneOf('rule'));

const release = z.strictObject({
  approval: z.enum(['none', 'required']).default('none'),
  shadow: z.strictObject({ for: duration.default(600_000), share: share.default(1) }).prefault({}),
  ramp: z
    .array(share)
    .min(1)
    .default([0.05, 0.25, 0.5, 1])
    .refine((steps) => steps.every((step, i) => step > (i === 0 ? 0 : (steps[i - 1] ?? 0))), 'steps that grow')
    .refine((steps) => steps.at(-1) === 1, 'a last step of 100%'),
  step: z.strictObject({ for: duration.default(600_000), at_least: count('request').default(1000), at_most: duration.default(86_400_000) }).prefault({}),
  bake: duration.default(3_600_000),
  /** How long a challenger keeps its share when nobody renews it. */
  lease: duration.default(30_000),
  /** So many lapses of the lease end the rollout. */
  lapses: z.int().min(1).default(3),
  rollback_when: z.array(rollbackRule).default([{ error_rate: { above: 0.02, for: 120_000, at_least: 5 } }]),
});

const budget = z
  .strictObject({
    error_rate: z.strictObject({ at_most: share, over: duration }).optional(),
    latency: z.strictObject({ p99: duration, objective: share.default(0.999), over: duration }).optional(),
  })
  .refine(...oneOf('budget'));

const falseAlarms = z
  .string()
  .regex(/^1 in \d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)$/, 'such as 1 in 90d')
  .meta({ description: 'How often drift may be reported where there is none.' });

const monitor = z.strictObject({
  every: duration.default(600_000),
  /** The last so many predictions are looked at. */
  sample: z.int().min(50).default(1000),
  drift: z
    .strictObject({
      false_alarms: falseAlarms.default('1 in 90d'),
      psi: z.number().gt(0).default(0.2),
      /** As a share of the reference's standard deviation... of its mean where that is not zero. */
      mean_shift: share.default(0.1),
      consecutive: z.int().min(1).default(3),
      /** This share of the features has to drift. */
      features: share.default(0.5),
    })
    .prefault({}),
  /** Fall of the label metric against its baseline (the evaluation at release) that is answered. */
  performance: z.strictObject({ accuracy_drop: share.default(0.05), mae_rise: share.default(0.1), at_least: count('label').default(500) }).prefault({}),
  budgets: z.array(budget).default([]),
  on_breach: z.enum(['retrain', 'tell', 'rollback']).default('retrain'),
  retrain_after: count('label').default(1000),
  cooldown: duration.default(21_600_000),
});

export const modelSpec = z.strictObject({
  model: name,
  task: z.enum(['binary-classification', 'regression']),
  owner: z.string().min(1),
  description: z.string().default(''),
  source: z.strictObject({ files: z.string().min(1) }),
  contract,
  training: z
    .strictObject({
      window: duration.optional(),
      trainer: z.enum(['gbt', 'logistic']).default('gbt'),
      params: z.record(z.string(), z.unknown()).default({}),
      seed: z.int().min(0).default(1),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      holdout: z.strictObject({ newest: z.union([duration, share]) }).optional(),
      gates: z.array(gate).optional(),
    })
    .prefault({}),
  release: release.prefault({}),
  monitor: monitor.prefault({}),
  /** Cron, five fields, UTC unless `time_zone` is named. */
  schedule: z.string().optional(),
  time_zone: z.string().optional(),
  cost: z.strictObject({ project: z.string(), monthly: z.string() }).optional(),
});

export type ModelSpec = z.output<typeof modelSpec>;
export type FeatureSpec = z.output<typeof feature>;
export type Gate = z.output<typeof gate>;
export type RollbackRule = z.output<typeof rollbackRule>;
export type ReleaseSpec = z.output<typeof release>;
export type MonitorSpec = z.output<typeof monitor>;
