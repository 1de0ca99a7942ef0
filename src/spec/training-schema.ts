import { z } from 'zod';
import { importSource } from './import-schema.ts';
import { bytes, duration } from './quantities.ts';

/** How a version is trained. The keys below `seed` are for a command; docs/trainers.md has more on them. */
export const training = z.strictObject({
  window: duration.optional().describe('How far back from the hold-out a version learns. Default: all rows.'),
  trainer: z
    .enum(['gbt', 'logistic', 'import', 'command'])
    .default('gbt')
    .describe('gbt and logistic are built in; import takes a model that was made elsewhere; command is a program of your own, in any language.'),
  params: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Parameters of the trainer; each of a built-in one has a default, those of a command are handed to it as they are.',
    ),
  seed: z.int('a whole number').min(0).default(1),
  import: importSource.optional(),
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
  threads: z.int('a whole number').min(1).max(1024).optional().describe('Of a command. Default: the cores of the worker.'),
  rows: z.enum(['csv', 'parquet']).optional().describe('Of a command: how the rows to learn from are written. Default: csv.'),
  environment: z
    .array(z.string().regex(/^(?!PAWL_)[A-Za-z_]\w*$/, 'the name of a variable, none of PAWL_*'))
    .optional()
    .describe("Of a command: variables of the worker's environment that it gets beside PATH, HOME and the like."),
});
