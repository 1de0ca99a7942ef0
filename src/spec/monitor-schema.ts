import { z } from 'zod';
import { exactlyOne } from './entries.ts';
import { count, duration, share } from './quantities.ts';

const over = duration
  .refine((ms) => ms > 0, 'longer than 0s')
  .describe('What the budget lasts. The windows that its burn rate is read over scale with it.');
const budget = z
  .strictObject({
    error_rate: z.strictObject({ at_most: share, over }).optional().describe('Requests that failed.'),
    latency: z
      .strictObject({ p99: duration, objective: share.default(0.999), over })
      .optional()
      .describe('Requests that took longer than `p99`; `objective` of them may not.'),
    accuracy: z.strictObject({ at_least: share, over }).optional().describe('Classification: labelled answers that were wrong.'),
    absolute_error: z
      .strictObject({ at_most: z.number().min(0, 'a number of at least 0'), objective: share.default(0.9), over })
      .optional()
      .describe("Regression: labelled answers that were off by more, in the label's own unit; `objective` of them may not."),
  })
  .refine(...exactlyOne('budget'))
  .describe('A share of bad events that is allowed over a time.');

const falseAlarms = z
  .string('such as 1 in 90d')
  .regex(/^1 in \d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)$/, 'such as 1 in 90d')
  .describe(
    'How often drift, or a fall of performance, may be reported where there is none: on average, for the whole model. Half of it is for drift, 40% for labels, 10% for estimates; what is not watched leaves its part to the others.',
  );

const labels = count('label');

export const monitor = z.strictObject({
  preset: z
    .enum(['classic'])
    .optional()
    .describe(
      'classic: the usual fixed limits in place of the detectors (KS p < .05 on 1,000 rows, PSI > 0.2, a mean moved by 10% in three samples, drift score > 0.15, MAE +10%, F1 < .85, accuracy < .9). They alarm often where nothing has happened.',
    ),
  every: duration.default(600_000).describe('How often the champion is looked at.'),
  sample: z.int('a whole number').min(50).default(1000).describe('The last so many predictions are looked at.'),
  drift: z
    .strictObject({
      by: z
        .enum(['detector', 'thresholds'])
        .default('detector')
        .describe(
          'detector: by evidence that adds up from row to row, at the stated rate of false alarms. thresholds: by `psi` and `mean_shift` in samples.',
        ),
      false_alarms: falseAlarms.default('1 in 90d'),
      psi: z.number().gt(0, 'a number above 0').default(0.2).describe('Population stability index above which a feature drifts.'),
      mean_shift: share.default(0.1).describe("Shift of the mean, as a share of the reference's mean or standard deviation."),
      consecutive: z.int('a whole number').min(1).default(3).describe('In so many samples, one after the other.'),
      features: share.default(0.5).describe('This share of the features has to drift; for thresholds.'),
    })
    .prefault({}),
  performance: z
    .strictObject({
      accuracy_drop: share.default(0.05).describe('Classification: accuracy may be so many points below its value at release.'),
      mae_rise: share
        .default(0.1)
        .describe('Regression: the MAE, or of a quantile or counts their own error, may be so much above its value at release.'),
      at_least: labels.default(500).describe('Labels, or predictions without one, below which nothing is judged.'),
      detector: z
        .enum(['e-process', 'adwin', 'page-hinkley', 'sample'])
        .default('e-process')
        .describe(
          "How a fall is told from chance: e-process, against the champion's own value at release, at its part of `drift.false_alarms`; adwin or page-hinkley, against its own past; sample, by the last labels alone.",
        ),
      estimate: z
        .boolean('true or false')
        .default(true)
        .describe(
          'Also without labels: from how sure the scores are (CBPE), or from where errors were large before (DLE). Blind to a change of what the features mean.',
        ),
    })
    .prefault({})
    .describe('Fall of the label metric against the evaluation at release that is answered.'),
  budgets: z.array(budget).default([]).describe('Error budgets, told by how fast they are spent.'),
  on_breach: z
    .enum(['retrain', 'tell', 'rollback'])
    .default('retrain')
    .describe('What an alarm leads to. retrain: where that can help. rollback: performance and budgets; drift is told.'),
  retrain_after: labels.default(1000).describe('Labels since the change: earlier there is nothing to learn from.'),
  cooldown: duration.default(21_600_000).describe('Least time between two releases that the monitor starts.'),
  retrains_a_week: z
    .int('a whole number')
    .min(0)
    .default(7)
    .describe('The monitor starts no release of its own when there were so many in the last seven days.'),
  late_labels: z
    .strictObject({
      for: duration.default(7_776_000_000).describe('How long after a promotion it is reopened.'),
      worse_by: share
        .default(0)
        .describe(
          'How much worse the promoted version may be: points of accuracy, or a share of the error of the one before: MAE, pinball loss or Poisson deviance.',
        ),
      answer: z.enum(['revert', 'tell']).default('revert').describe('What follows when the labels say that it was wrong.'),
    })
    .prefault({})
    .describe('Labels that come after a promotion are held against it, on the requests that both versions scored.'),
});

export type MonitorSpec = z.output<typeof monitor>;
export type Budget = MonitorSpec['budgets'][number];
