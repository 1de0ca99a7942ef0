import { z } from 'zod';
import { importSource } from './import-schema.ts';
import { bytes, duration } from './quantities.ts';
import { search } from './search-schema.ts';

const ray = z
  .strictObject({
    address: z
      .url({ protocol: /^https?$/, error: 'a URL such as http://ray-head:8265' })
      .optional()
      .describe("The head node's dashboard. Default: PAWL_RAY_ADDRESS of the training worker."),
    files: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Files and folders that go along, from the folder of this file. Default: the files that the command names.'),
    pip: z
      .array(z.string().min(1))
      .optional()
      .describe('Packages that Ray installs for the job, each with its version: xgboost==3.2.0.'),
    cpus: z.number().gt(0).optional().describe('Cores that the command itself takes on the cluster. Default: `threads`, or 1.'),
    gpus: z.number().gt(0).optional().describe('GPUs that the command itself takes on the cluster.'),
    memory: bytes.optional().describe('Memory that the command itself takes on the cluster.'),
    wait: duration
      .refine((ms) => ms >= 1000, 'at least 1s')
      .refine((ms) => ms <= 2 * 3600 * 1000, 'at most 2h')
      .optional()
      .describe('How long it may wait for a place on the cluster. Default: 30m.'),
  })
  .describe('Of trainer: ray. Where the command runs, and with what.');

const classWeights = z.union(
  [
    z.literal('balanced'),
    z
      .record(z.string(), z.number('a number above 0').gt(0, 'a number above 0').max(1e9, 'at most 1e9'))
      .refine((all) => Object.keys(all).length > 0, 'at least one class'),
  ],
  'balanced, or a weight for each class such as { fraud: 20 }',
);

/** How a version is trained. Some keys are for a command only and say so; docs/trainers.md has more on all of them. */
export const training = z.strictObject({
  window: duration.optional().describe('How far back from the hold-out a version learns. Default: all rows.'),
  trainer: z
    .enum(['gbt', 'logistic', 'ftrl', 'import', 'command', 'ray'])
    .default('gbt')
    .describe(
      'gbt, logistic and ftrl are built in; import takes a model that was made elsewhere; command is a program of your own, in any language; ray runs it on a Ray cluster.',
    ),
  params: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Parameters of the trainer; each of a built-in one has a default, those of a command are handed to it as they are.',
    ),
  seed: z.int('a whole number').min(0).default(1),
  reuse: z
    .boolean()
    .optional()
    .describe(
      'Whether a training is taken from an earlier release where its data, code, parameters and environment are unchanged. Default: true; false suits a command that reads more than its rows.',
    ),
  import: importSource.optional(),
  search: search.optional(),
  optimize: z
    .array(z.enum(['graph', 'int8']))
    .min(1)
    .optional()
    .describe(
      'What is made of a model that has passed its gates, in this order, and kept where it gains and every gate still holds: graph simplifies it, int8 puts large matrices of weights into integers.',
    ),
  class_weights: classWeights
    .optional()
    .describe(
      'How much rows of each class count: balanced makes all classes weigh alike; a class without a weight has 1. Probabilities move with it.',
    ),
  reweigh: z
    .array(z.string().min(1, 'the name of a feature'))
    .min(1, 'at least one feature')
    .optional()
    .describe(
      'Fairness: rows are weighed so that in each group of these categories or booleans every class has the share that it has in all.',
    ),
  command: z
    .array(z.string().min(1, 'a word of the command'))
    .min(1, 'a program and its arguments, such as [python3, train.py]')
    .optional()
    .describe('Of trainer: command. The program and its arguments; it runs in the folder of this file, and paths start there.'),
  time_budget: duration
    .refine((ms) => ms >= 1000, 'at least 1s')
    .refine((ms) => ms <= 23 * 3600 * 1000, 'at most 23h')
    .optional()
    .describe('Of a command: it is stopped when it has run for so long. Default: 2h.'),
  disk: bytes.optional().describe('Of a command: it is stopped when its folder for temporary files holds more. Default: 10GB.'),
  threads: z
    .int('a whole number')
    .min(1)
    .max(1024)
    .optional()
    .describe('Threads that training may keep busy. Default: the cores of the worker.'),
  rows: z.enum(['csv', 'parquet']).optional().describe('Of a command: how the rows to learn from are written. Default: csv.'),
  environment: z
    .array(z.string().regex(/^(?!PAWL_)[A-Za-z_]\w*$/, 'the name of a variable, none of PAWL_*'))
    .optional()
    .describe("Of a command: variables of the worker's environment that it gets beside PATH, HOME and the like."),
  ray: ray.optional(),
});
