import type { z } from 'zod';
import { FinalError, type Problem } from '../errors.ts';
import { nearest } from '../spec/nearest.ts';

/**
 * A trainer's parameters with their defaults filled in.
 * @throws FinalError PAWL_TRAINING_PARAMS_INVALID with every mistake, unknown names included.
 */
export function parseParams<T extends z.ZodObject>(
  trainer: string,
  schema: T,
  params: Readonly<Record<string, unknown>>,
): z.output<T> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new FinalError('PAWL_TRAINING_PARAMS_INVALID', `The parameters of ${trainer} have mistakes.`, {
    problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, Object.keys(schema.shape))),
  });
}

function problemsOf(issue: z.core.$ZodIssue, known: readonly string[]): Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    const subject = issue.path.join('.');
    return [{ subject, message: `${subject}: ${issue.message}` }];
  }
  return issue.keys.map((subject) => {
    const meant = nearest(subject, known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
    return { subject, message: `${subject} is no parameter of this trainer`, hint };
  });
}
