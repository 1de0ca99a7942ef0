import { z } from 'zod';
import { card } from './card-schema.ts';
import { cost } from './cost-schema.ts';
import { defaultGates, evaluation } from './evaluation-schema.ts';
import { monitor } from './monitor-schema.ts';
import { usualError } from '../stats/number-losses.ts';
import { askedOf } from './number-terms.ts';
import { count, duration, share } from './quantities.ts';
import { defaultRamp, defaultRollbackRules, limitRules, limitsToGoOn, release } from './release-schema.ts';
import { tasks } from './task.ts';
import { callers, written } from './texts.ts';
import { training } from './training-schema.ts';

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
    weight: column
      .optional()
      .describe('A column of positive numbers: how much each row counts when a version learns. It is no feature.'),
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

const keys = callers("a caller's key").default([]);
export const serving = z.strictObject({
  deadline: duration
    .refine((ms) => ms > 0, 'longer than 0s')
    .default(1000)
    .describe(
      'A version that has not answered by then has failed: the next one answers, the champion, the one before, the default.',
    ),
  default: written.optional().describe('The answer when no version can give one: a class, or a number.'),
  opt_out: keys.describe(
    'Keys (`x-pawl-key`) of callers who take part in no experiment: they get the champion, unless they ask for a version.',
  ),
  choose_version: keys.describe('Keys of callers who may ask for a version by the header `x-pawl-version`.'),
});

const champion = z
  .strictObject({
    http: z.url({ protocol: /^https?$/, error: 'a URL such as http://host/path' }).describe('The endpoint that answers now.'),
    format: z
      .enum(['v2', 'pawl', 'mlflow'])
      .default('v2')
      .describe('What it speaks: the Open Inference Protocol, pawl, or MLflow (/invocations).'),
    model: z.string().min(1).optional().describe("The model's name there, for v2. Default: the model's."),
    timeout: duration
      .refine((ms) => ms > 0, 'longer than 0s')
      .default(1000)
      .describe('An answer that takes longer has failed.'),
    classes: z
      .array(written)
      .min(2, 'all classes')
      .max(100, 'at most 100 classes')
      .optional()
      .describe('Classification: all classes as the labels write them. Default: those in the source.'),
    features: z
      .array(column)
      .min(1)
      .optional()
      .describe('The columns that it takes, in its order. Default: those of the contract.'),
  })
  .describe('The endpoint that answered before pawl: the incumbent, which the first own version has to beat.');

const specFile = z.strictObject({
  model: name,
  task: z.enum(tasks).describe('What is predicted: one of two classes, one of three to a hundred, or a number.'),
  owner: z.string('who answers for the model').min(1, 'who answers for the model').describe('Who answers for the model.'),
  description: z.string().default(''),
  card: card.optional().describe('What the model card of each version says beside the numbers. `description` is its purpose.'),
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
  time_zone: z.string().optional().describe('Of the schedule, and that of drills, such as Australia/Sydney.'),
  cost: cost.optional().describe('Whom the work on the model is charged to, what it costs, and what it may cost.'),
});

export const modelSpec = specFile.transform((spec) => {
  const metric = spec.task === 'regression' ? usualError(askedOf(spec)) : 'accuracy';
  return {
    ...spec,
    release: {
      ...spec.release,
      ramp: spec.release.ramp ?? [...defaultRamp[spec.release.strategy]],
      ...(spec.release.preset === 'limits'
        ? { step: { error_rate: limitsToGoOn, ...spec.release.step }, rollback_when: limitRules(spec.task, metric) }
        : { rollback_when: spec.release.rollback_when ?? defaultRollbackRules(metric) }),
    },
    evaluation: { ...spec.evaluation, gates: spec.evaluation.gates ?? defaultGates(metric) },
  };
});

export type ModelSpec = z.output<typeof modelSpec>;
export type FeatureSpec = z.output<typeof feature>;
export type ReleaseSpec = ModelSpec['release'];
