import { z } from 'zod';
import { exactlyOne } from './entries.ts';
import type { JudgedBy } from './judged-by.ts';
import { bound, bytes, count, duration, share } from './quantities.ts';
import type { Fraction, Milliseconds } from './quantities.ts';
import { written } from './texts.ts';

export const higherIsBetter = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'r2'] as const;
export const lowerIsBetter = ['log_loss', 'brier', 'ece', 'mae', 'rmse', 'pinball', 'poisson_deviance'] as const;
export const metricNames = [...higherIsBetter, ...lowerIsBetter] as const;
export type MetricName = (typeof metricNames)[number];

const confidence = share.refine((value) => value > 0.5 && value < 1, 'more than 50% and less than 100%');

const own = confidence
  .optional()
  .describe(
    'With it the whole interval has to meet the bound, and not the number alone. Comparisons: in place of the common one.',
  );
const bounds = z
  .strictObject({
    at_least: bound.optional(),
    at_most: bound.optional(),
    better_than_champion_by: bound
      .optional()
      .describe(
        "On the same rows, and proven: with `confidence` no chance. The direction follows the metric. A share of the champion's own value for mae, rmse, pinball, poisson_deviance, log_loss, brier and ece; points for the others. Below 0: proven not to be worse by more.",
      ),
    confidence: own,
  })
  .refine((said) => Object.keys(said).some((key) => key !== 'confidence'), 'at_least, at_most or better_than_champion_by');

const metrics = {
  accuracy: bounds.optional(),
  auc: bounds.optional(),
  f1: bounds.optional(),
  precision: bounds.optional(),
  recall: bounds.optional(),
  r2: bounds.optional(),
  log_loss: bounds.optional(),
  brier: bounds.optional(),
  ece: bounds.optional().describe('Expected calibration error: how far scores are from the shares of positives, over ten bins.'),
  mae: bounds.optional(),
  rmse: bounds.optional(),
  pinball: bounds
    .optional()
    .describe('Mean pinball loss at the quantile that is predicted: alpha of gbt, or `evaluation.quantile`.'),
  poisson_deviance: bounds.optional().describe('Mean deviance of counts from their predicted means.'),
};
const metricGate = z.strictObject(metrics).refine(...exactlyOne('metric'));
const gate = z
  .strictObject({
    ...metrics,
    latency: z
      .strictObject({
        p99: duration.optional().describe('Of rows scored one by one, in the process that evaluates.'),
        above_champion_by: share.optional().describe("A share of the champion's own p99, measured beside it."),
      })
      .refine((said) => Object.keys(said).length > 0, 'p99 or above_champion_by')
      .optional(),
    size: z.strictObject({ at_most: bytes }).optional().describe('Of the artifact.'),
  })
  .refine(...exactlyOne('metric'))
  .describe('A condition that a version meets before it takes traffic.');

/** The newest rows: those of a duration, or a share of all. */
export type Holdout = { readonly ms: Milliseconds } | { readonly share: Fraction };
const newest = z.union(
  [duration.transform((ms): Holdout => ({ ms })), share.transform((fraction): Holdout => ({ share: fraction }))],
  'a duration such as 7d, or a share such as 20%',
);

const feature = z.string('the name of a feature').min(1, 'the name of a feature');

const condition = z
  .union(
    [
      written.transform((value) => ({ in: [value] })),
      z
        .array(written)
        .min(1)
        .transform((values) => ({ in: values })),
      z
        .strictObject({ from: z.number().optional(), below: z.number().optional() })
        .refine((range) => Object.keys(range).length > 0, 'from, below or both'),
    ],
    'a value, a list of values, or a range such as { from: 18, below: 30 }',
  )
  .describe('A value, a list of values, or a range of numbers: `from` is in it, `below` is not.');
const support = count('row').refine((rows) => rows >= 10, 'at least 10 rows');
const slice = z
  .strictObject({
    where: z
      .record(feature, condition)
      .refine((all) => Object.keys(all).length > 0, 'at least one feature')
      .optional()
      .describe('Rows that meet all of these, such as { sex: Female, age: { from: 18, below: 30 } }.'),
    by: feature.optional().describe('Or each value of a category or boolean, or of the label of a classification, by itself.'),
    at_least: support.default(200).describe('With fewer held-out rows a slice is not judged, and that is told.'),
    gates: z.array(metricGate).min(1).describe('What holds in each slice.'),
  })
  .refine(({ where, by }) => (where === undefined) !== (by === undefined), 'where or by')
  .describe('Rows of one kind, on which gates hold as well.');

const exceptions = share.default(0).describe('The share of rows for which it need not hold.');
const behaviour = z
  .strictObject({
    invariance: z
      .strictObject({
        column: feature.describe('A category: each other value is tried. A boolean: the other one.'),
        by: z.number().optional().describe('A number: what is added, and taken away.'),
        within: z
          .number()
          .min(0, 'at least 0')
          .optional()
          .describe("Regression: the answer stays within so much, in the label's unit."),
        except: exceptions,
      })
      .optional()
      .describe('When this column alone changes, the answer stays.'),
    direction: z
      .strictObject({
        raise: feature.describe('A number, or a boolean, which becomes true.'),
        by: z.number().gt(0, 'more than 0').optional().describe('What is added to a number.'),
        score: z.enum(['not_lower', 'not_higher']).default('not_lower').describe('What the score must be then.'),
        except: exceptions,
      })
      .optional()
      .describe('When this column alone rises, the score must not fall (or not rise).'),
    must_hold: z
      .strictObject({
        because: z.string().optional().describe('Why; told with the result.'),
        row: z.record(feature, z.union([z.string(), z.number(), z.boolean(), z.null()], 'a value')),
        answer: written.optional().describe('Classification: the class that has to be predicted.'),
        between: z
          .tuple([z.number(), z.number()], 'two numbers')
          .refine(([low, high]) => low <= high, 'the smaller number first')
          .optional()
          .describe('What the score, or the value, has to be between.'),
      })
      .refine(({ answer, between }) => (answer === undefined) !== (between === undefined), 'answer or between')
      .optional()
      .describe('A row whose answer is known. Columns that are left out are missing values.'),
  })
  .refine(...exactlyOne('test'))
  .describe('How the model has to behave, whatever its metrics.');

const least = z.strictObject({ at_least: share, confidence: own });
const most = z.strictObject({ at_most: share, confidence: own });
const fairness = z
  .strictObject({
    groups: z.array(feature).min(1).describe('Categories or booleans; each is looked at by itself.'),
    class: written
      .optional()
      .describe('Multiclass: the class that counts as positive here, against all others. Two classes have their own.'),
    at_least: support
      .default(200)
      .describe('Groups with fewer rows of the kind that a rate is of (positives, say) are not judged, and that is told.'),
    disparate_impact: least
      .optional()
      .describe('The smallest rate of positive answers over the largest; 80% is the four-fifths rule.'),
    equal_opportunity: most.optional().describe('The largest less the smallest true-positive rate.'),
    false_positive_gap: most.optional().describe('The largest less the smallest false-positive rate.'),
    calibration: most.optional().describe('The largest expected calibration error of a group.'),
    thresholds: feature
      .optional()
      .describe(
        'Each value of this column gets a threshold of its own, so that the true-positive rates are equal. It is in the graph, so that serving answers alike.',
      ),
  })
  .describe('Groups that the model must not treat too differently. What is measured is told, also without a bound.');

const robustness = z
  .strictObject({
    missing: share.describe('The share of the values that is taken away.'),
    columns: z.array(feature).min(1).optional().describe('Of these features. Default: of all.'),
    metric: z
      .enum(metricNames)
      .optional()
      .describe('Default: accuracy; of a regression what its loss asks for: mae, pinball or poisson_deviance.'),
    loses_at_most: bound.describe(
      'In points; as a share of its own value for mae, rmse, pinball, poisson_deviance, log_loss, brier and ece.',
    ),
  })
  .describe('What missing values may cost.');

export const evaluation = z.strictObject({
  holdout: z
    .strictObject({ newest })
    .prefault({ newest: 0.2 })
    .transform((holdout) => holdout.newest)
    .describe('The newest rows, which no version learns from: of a duration, or a share of all.'),
  gates: z
    .array(gate)
    .optional()
    .describe(
      'All have to pass. Default: better than the champion by 0.02, in accuracy, or by 2% of its MAE; where gbt learns a quantile, of its pinball loss, and where it learns counts by the loss poisson, of its Poisson deviance.',
    ),
  quantile: share
    .refine((value) => value > 0 && value < 1, 'between 0% and 100%')
    .optional()
    .describe(
      'Regression: the quantile that is predicted, such as 0.9, by which pinball is measured. Default: alpha, where gbt has the loss quantile.',
    ),
  confidence: confidence
    .default(0.95)
    .describe(
      'How sure a gain over the champion has to be, where a gate does not say so itself. At 95% it is given by chance to one in twenty versions that are no better.',
    ),
  slices: z.array(slice).default([]),
  behaviour: z.array(behaviour).default([]),
  calibrate: z
    .enum(['none', 'platt', 'isotonic'])
    .default('none')
    .describe(
      'Makes probabilities of the scores, inside the graph. platt: an S-curve. isotonic: any rising curve, for 1,000 rows and more.',
    ),
  tune_on: z
    .strictObject({ newest })
    .prefault({ newest: 0.1 })
    .transform((rows) => rows.newest)
    .describe(
      'Calibration and thresholds are learned on the newest rows before the hold-out, which the model then does not learn from. Taken only where one of them is asked for.',
    ),
  fairness: fairness.optional(),
  robustness: robustness.optional(),
});

export type Gate = z.output<typeof gate>;
export type MetricGate = z.output<typeof metricGate>;
export type Bounds = z.output<typeof bounds>;
export type SliceSpec = z.output<typeof slice>;
export type Condition = z.output<typeof condition>;
export type BehaviourSpec = z.output<typeof behaviour>;
export type FairnessSpec = z.output<typeof fairness>;
export type RobustnessSpec = z.output<typeof robustness>;

/** A version replaces the champion when it is better by this much, in what its task is judged by. */
export function defaultGates(metric: JudgedBy): Gate[] {
  return [{ [metric]: { better_than_champion_by: 0.02 } }];
}
