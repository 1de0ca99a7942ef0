import { z } from 'zod';

/** A value as the source writes it. YAML's numbers and booleans stand for their text. */
export const written = z.union([z.string(), z.number(), z.boolean()], 'text, a number, true or false').transform(String);

/** Names as callers send them in headers: a number among them would not be what was written, such as 007. */
export function callers(what: string) {
  const name = z
    .string(`${what}, as text`)
    .min(1, what)
    .max(200, 'at most 200 characters')
    .regex(/^\P{Cc}*$/u, 'printable characters only');
  return z.array(name).refine((names) => new Set(names).size === names.length, 'each once');
}
