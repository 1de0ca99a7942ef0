import { z } from 'zod';
import { money } from './money.ts';

const rates = z
  .strictObject({
    cpu_hour: money.optional().describe('An hour of one processor core, of the worker and of what it starts.'),
    gb_read: money.optional().describe('A GB (1e9 bytes) read from sources and the object store.'),
    gb_stored: money.optional().describe('A GB (1e9 bytes) written to the object store, for all the time that it stays.'),
  })
  .default({})
  .describe('What the steps of releases cost beside `per_hour`; amounts add up.');

const tag = z.string().regex(/^[A-Za-z][\w.-]{0,62}$/, 'letters, digits, ., _ and -, starting with a letter, at most 63');

/** Whom the work on a model is charged to, and what it costs. */
export const cost = z
  .strictObject({
    project: z.string().min(1).describe('What the model belongs to; `pawl costs --by project` adds it up.'),
    tags: z.record(tag, z.string().min(1).max(100)).default({}).describe('More names to add costs up by, such as team: pricing.'),
    monthly: money
      .optional()
      .describe('What the steps of 30 days may cost; beyond it no release begins by schedule or alarm. People may go on.'),
    per_hour: money
      .optional()
      .describe(
        'What an hour of ingesting, validating, training, evaluating and registering costs. Without it or `rates` nothing does.',
      ),
    rates,
  })
  .refine((value) => new Set(amountsOf(value).map((amount) => amount.slice(-3))).size <= 1, 'one currency for all amounts');

export type CostSpec = z.output<typeof cost>;

function amountsOf({
  monthly,
  per_hour,
  rates: all,
}: {
  monthly?: string | undefined;
  per_hour?: string | undefined;
  rates: object;
}): string[] {
  return [monthly, per_hour, ...(Object.values(all) as (string | undefined)[])].filter((amount) => amount !== undefined);
}
