import { z } from 'zod';
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
    problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, schema)),
  });
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodObject): Problem[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    const subject = path.join('.');
    return [{ subject, message: `${subject}: ${issue.message}` }];
  }
  const known = keysOf(schema, path);
  return issue.keys.map((key) => {
    const subject = [...path, key].join('.');
    const meant = nearest(key, known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
    return { subject, message: `${subject} is no parameter of this trainer`, hint };
  });
}

/** The keys that may be at a path: of the parameters, or of one that is an object itself. */
function keysOf(schema: z.ZodType, path: readonly string[]): string[] {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
  if (inner !== schema) return keysOf(inner, path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(schema.shape) : keysOf(schema.shape[first] as z.ZodType, rest);
}
