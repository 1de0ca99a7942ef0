import { z } from 'zod';
import { bound, count, duration, share } from './quantities.ts';
import type { Fraction, Milliseconds } from './quantities.ts';

/**
 * The one source of pawl.yaml: validation, defaults, types and the published JSON Schema. Keys are the file's own.
 * `ModelSpec` is what the rest of the code trusts: durations in milliseconds, shares as fractions, every default filled in.
 * What concerns several keys at once is in cross-checks.ts.
 */
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, starting with a letter, at most 63')
  .describe('The name of the model, everywhere.');

const column = z.string('the name of a column').min(1, 'the name of a column').describe('A column of the source, to the letter.');

/** A value as the source writes it. YAML's numbers and booleans stand for their text. */
const written = z.union([z.string(), z.number(), z.boolean()], 'text, a number, true or false').transform(String);

const nullable = share.default(0).describe('Accepted share of missing values: 1%, or a number from 0 to 1.');
const log = z
  .enum(['keep', 'hash', 'drop'])
  .default('keep')
  .describe('What the prediction log keeps of it: the value, a hash of it, or nothing.');
const feature = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('number'), min: z.number().optional(), max: z.number().optional(), nullable, log }),
    z.strictObject({ type: z.literal('boolean'), nullable, log }),
    z.strictObject({
      type: z.literal('category'),
      values: z.array(written).min(1).optional().describe('The values that are known.'),
      unseen: z
        .enum(['allow', 'reject'])
        .default('allow')
        .describe('What an unlisted value means: part of life, or a violation.'),
      nullable,
      log,
    }),
  ])
  .describe('A feature: its type, its range or values, and the share of missing values that is accepted.');

const contract = z
  .strictObject({
    timestamp: column
      .optional()
      .describe('The column of event time, UTC where the source names no zone. Without one, rows keep the order of the source.'),
    label: column.describe('The column to predict.'),
    positive: written
      .optional()
      .describe('Binary classification: the label that counts as positive. Default: the greater of the two.'),
    features: z
      .record(column, feature)
      .refine((all) => Object.keys(all).length > 0, 'at least one feature')
      .describe('The columns that the model sees, in the order of its inputs.'),
    unique: z.array(column).min(1).optional().describe('Columns whose values together identify a row.'),
    freshness: duration.optional().describe('Oldest allowed age of the newest row, as of the release.'),
    rows: z
      .strictObject({ at_least: count('row').default(100) })
      .prefault({})
      .describe('How many rows a dataset needs.'),
    quarantine: z
      .strictObject({ at_most: share.default(0) })
      .prefault({})
      .describe('The share of rows that may break a rule; they are set aside and the release goes on.'),
    missing: z.array(written).default([]).describe('What the source writes for a missing value, beside an empty cell.'),
  })
  .describe('What every row has to meet before anything learns from it.');

export const higherIsBetter = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'r2'] as const;
export const lowerIsBetter = ['log_loss', 'brier', 'ece', 'mae', 'rmse'] as const;
export const metricNames = [...higherIsBetter, ...lowerIsBetter] as const;
export type MetricName = (typeof metricNames)[number];

const gateBound = z
  .strictObject({
    at_least: bound.optional(),
    at_most: bound.optional(),
    better_than_champion_by: bound
      .optional()
      .describe(
        "On the same rows; the direction follows the metric. A share of the champion's own value for mae, rmse, log_loss, brier and ece; points for the others.",
      ),
  })
  .refine((bounds) => Object.keys(bounds).length > 0, 'at_least, at_most or better_than_champion_by');
const oneOf = (what: string) => [(entry: object) => Object.keys(entry).length === 1, `exactly one ${what} an entry`] as const;
const gate = z
  .partialRecord(z.enum(metricNames), gateBound)
  .refine(...oneOf('metric'))
  .describe('A condition that a version meets before it takes traffic.');

/** The newest rows are held out: those of a duration, or a share of all. */
export type Holdout = { readonly ms: Milliseconds } | { readonly share: Fraction };
const newest = z.union(
  [duration.transform((ms): Holdout => ({ ms })), share.transform((fraction): Holdout => ({ share: fraction }))],
  'a duration such as 7d, or a share such as 20%',
);

const evaluation = z.strictObject({
  holdout: z
    .strictObject({ newest })
    .prefault({ newest: 0.2 })
    .transform((holdout) => holdout.newest)
    .describe('The newest rows, which no version learns from: of a duration, or a share of all.'),
  gates: z
    .array(gate)
    .optional()
    .describe('All have to pass. Default: better than the champion by 0.02, in accuracy, or by 2% of its MAE.'),
});

const training = z.strictObject({
  window: duration.optional().describe('How far back from the hold-out a version learns. Default: all rows.'),
  trainer: z.enum(['gbt', 'logistic']).default('gbt'),
  params: z.record(z.string(), z.unknown()).default({}).describe('Parameters of the trainer; each has a default.'),
  seed: z.int('a whole number').min(0).default(1),
});

const callerKey = z
  .string('the key of a caller')
  .min(1, 'the key of a caller')
  .max(200, 'at most 200 characters')
  .describe("A caller's key, as in `x-pawl-key`.");
const serving = z.strictObject({
  deadline: duration
    .default(1000)
    .describe(
      'A version that has not answered by then has failed: the next one answers, the champion, the one before, the default.',
    ),
  default: written.optional().describe('The answer when no version can give one: a class, or a number.'),
  opt_out: z.array(callerKey).default([]).describe('Callers who take part in no experiment: they always get the champion.'),
  choose_version: z.array(callerKey).default([]).describe('Callers who may ask for a version by the header `x-pawl-version`.'),
});

const champion = z
  .strictObject({
    http: z.url({ protocol: /^https?$/, error: 'a URL such as http://host/path' }).describe('The endpoint that answers now.'),
    format: z
      .enum(['v2', 'pawl', 'mlflow'])
      .default('v2')
      .describe('What it speaks: the Open Inference Protocol, pawl, or MLflow (/invocations).'),
    model: z.string().min(1).optional().describe("The model's name there, for v2. Default: the model's."),
    timeout: duration.default(1000).describe('An answer that takes longer has failed.'),
    classes: z
      .array(written)
      .length(2, 'both classes')
      .optional()
      .describe('Binary classification: both classes as the labels write them. Default: those in the source.'),
    features: z
      .array(column)
      .min(1)
      .optional()
      .describe('The columns that it takes, in its order. Default: those of the contract.'),
  })
  .describe('The endpoint that answered before pawl: the incumbent, which the first own version has to beat.');

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
  .refine(...oneOf('rule'))
  .describe('When this is seen in a rollout, the champion answers everything again.');

/** The steps of a rollout, where pawl.yaml names none. */
export const defaultRamp = {
  canary: [0.05, 0.25, 0.5, 1],
  bandit: [0.05, 0.25, 0.5, 1],
  ab: [0.5, 1],
  'blue-green': [1],
} as const;

const release = z.strictObject({
  strategy: z
    .enum(['canary', 'blue-green', 'ab', 'bandit'])
    .default('canary')
    .describe(
      'canary: by steps. blue-green: everything at once. ab: a fixed split for `step.for`, then everything. bandit: in each step as much, up to its share, as the labels say that the challenger is the better one.',
    ),
  segments: z
    .array(z.string('the name of a segment').min(1, 'the name of a segment').max(200, 'at most 200 characters'))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'each segment once')
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

const budget = z
  .strictObject({
    error_rate: z.strictObject({ at_most: share, over: duration }).optional(),
    latency: z.strictObject({ p99: duration, objective: share.default(0.999), over: duration }).optional(),
  })
  .refine(...oneOf('budget'));

const falseAlarms = z
  .string('such as 1 in 90d')
  .regex(/^1 in \d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)$/, 'such as 1 in 90d')
  .describe('How often drift may be reported where there is none.');

const monitor = z.strictObject({
  every: duration.default(600_000).describe('How often the champion is looked at.'),
  sample: z.int('a whole number').min(50).default(1000).describe('The last so many predictions are looked at.'),
  drift: z
    .strictObject({
      false_alarms: falseAlarms.default('1 in 90d'),
      psi: z.number().gt(0, 'a number above 0').default(0.2).describe('Population stability index above which a feature drifts.'),
      mean_shift: share.default(0.1).describe("Shift of the mean, as a share of the reference's mean or standard deviation."),
      consecutive: z.int('a whole number').min(1).default(3).describe('In so many samples, one after the other.'),
      features: share.default(0.5).describe('This share of the features has to drift.'),
    })
    .prefault({}),
  performance: z
    .strictObject({ accuracy_drop: share.default(0.05), mae_rise: share.default(0.1), at_least: count('label').default(500) })
    .prefault({})
    .describe('Fall of the label metric against the evaluation at release that is answered.'),
  budgets: z.array(budget).default([]),
  on_breach: z.enum(['retrain', 'tell', 'rollback']).default('retrain').describe('What a spent budget leads to.'),
  retrain_after: count('label').default(1000).describe('Labels since the change: earlier there is nothing to learn from.'),
  cooldown: duration.default(21_600_000).describe('Least time between two releases that the monitor starts.'),
});

const specFile = z.strictObject({
  model: name,
  task: z.enum(['binary-classification', 'regression']),
  owner: z.string('who answers for the model').min(1, 'who answers for the model').describe('Who answers for the model.'),
  description: z.string().default(''),
  source: z
    .strictObject({ files: z.string().min(1, 'a path or glob, such as data/*.parquet') })
    .describe('CSV or Parquet: a file, a folder or a glob, relative to this file.'),
  contract,
  training: training.prefault({}),
  evaluation: evaluation.prefault({}),
  serving: serving.prefault({}),
  champion: champion.optional(),
  release: release.prefault({}),
  monitor: monitor.prefault({}),
  schedule: z.string().optional().describe('When to retrain in any case: cron, five fields, UTC unless `time_zone` is named.'),
  time_zone: z.string().optional().describe('Of the schedule, such as Australia/Sydney.'),
  cost: z
    .strictObject({
      project: z.string().min(1),
      monthly: z.string().regex(/^\d+(?:\.\d+)?\s+[A-Z]{3}$/, 'an amount and its currency, such as 50 EUR'),
    })
    .optional(),
});

/** A version replaces the champion when it is better by this much. */
function defaultGates(task: 'binary-classification' | 'regression'): Gate[] {
  const better = { better_than_champion_by: 0.02 };
  return [task === 'regression' ? { mae: better } : { accuracy: better }];
}

/** What nobody wants of a version on trial: that it fails, or that it is worse than the champion on the same requests. */
function defaultRollbackRules(task: 'binary-classification' | 'regression'): RollbackRule[] {
  const failing = { error_rate: { above: 0.02, for: 120_000, at_least: 5 } };
  return [
    failing,
    task === 'regression'
      ? { mae: { above_champion_by: 0.05, at_least: 200 } }
      : { accuracy: { below_champion_by: 0.02, at_least: 200 } },
  ];
}

export const modelSpec = specFile.transform((spec) => ({
  ...spec,
  release: {
    ...spec.release,
    ramp: spec.release.ramp ?? [...defaultRamp[spec.release.strategy]],
    rollback_when: spec.release.rollback_when ?? defaultRollbackRules(spec.task),
  },
  evaluation: { ...spec.evaluation, gates: spec.evaluation.gates ?? defaultGates(spec.task) },
}));

export type ModelSpec = z.output<typeof modelSpec>;
export type FeatureSpec = z.output<typeof feature>;
export type Gate = z.output<typeof gate>;
export type RollbackRule = z.output<typeof rollbackRule>;
export type ReleaseSpec = ModelSpec['release'];
export type MonitorSpec = z.output<typeof monitor>;
