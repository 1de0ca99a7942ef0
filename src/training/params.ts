import type { z } from 'zod';
import { FinalError } from '../errors.ts';

/**
 * A trainer's parameters with their defaults filled in.
 * @throws FinalError PAWL_TRAINING_PARAMS_INVALID with every mistake, unknown names included.
 */
export function parseParams<T extends z.ZodType>(
  trainer: string,
  schema: T,
  params: Readonly<Record<string, unknown>>,
): z.output<T> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new FinalError('PAWL_TRAINING_PARAMS_INVALID', `The parameters of ${trainer} have mistakes.`, {
    problems: parsed.error.issues.map((issue) => {
      const subject = issue.path.join('.') || (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'params');
      return { subject, message: `${subject}: ${issue.message}` };
    }),
  });
}
