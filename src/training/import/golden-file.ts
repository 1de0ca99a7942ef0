import { z } from 'zod';
import { FinalError, type Problem } from '../../errors.ts';

/** Rows of others with the scores that their model gave them, as it was before it became a graph. */
export interface GoldenFile {
  /** What it was called. */
  readonly file: string;
  /** Raw columns by name, as callers send them; null where a value is missing. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Of three classes and more a list for each row. */
  readonly scores: readonly (number | readonly number[])[];
}

/** Bytes that are taken. */
export const largestGolden = 10_000_000;
/** Problems that are told of one file. */
const mostTold = 5;

const schema = z.strictObject({
  rows: z
    .array(z.record(z.string(), z.unknown(), 'an object of columns, as callers send it'), 'a list of rows')
    .min(1, 'at least one row'),
  scores: z.array(z.union([z.number(), z.array(z.number())], 'a number, or a list of them'), 'a list of scores'),
});

/** @throws FinalError PAWL_IMPORT_REFUSED with everything that is wrong with it, whatever model it is of */
export function parseGolden(file: string, bytes: Uint8Array): GoldenFile {
  const problems: Problem[] = [];
  const note = (message: string, hint?: string) =>
    problems.push({ subject: file, message, ...(hint === undefined ? {} : { hint }) });
  if (bytes.length > largestGolden) note(`it has ${Math.ceil(bytes.length / 1e6)} MB, and ${largestGolden / 1e6} MB are taken`);
  else {
    try {
      const parsed = schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
      for (const { path, message } of parsed.error?.issues.slice(0, mostTold) ?? [])
        note(path.length === 0 ? message : `${path.join('.')}: ${message}`);
      if (parsed.success) {
        const { rows, scores } = parsed.data;
        if (scores.length === rows.length) return { file, rows, scores };
        note(`it has ${rows.length} rows and ${scores.length} scores`, 'one score for each row, in their order');
      }
    } catch (error) {
      note((error as Error).message, 'JSON, which has no NaN and no Infinity: null for a missing value');
    }
  }
  throw new FinalError('PAWL_IMPORT_REFUSED', `${file} is no file of golden rows.`, { problems });
}
