import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { FinalError, type Problem } from '../../errors.ts';
import { largestModel } from './job.ts';

/** Bytes of `report.json` and of `golden.json`. */
const largestJson = 1_000_000;

const report = z.strictObject({
  params: z.record(z.string(), z.unknown()).optional(),
  importances: z.record(z.string(), z.number().min(0)).optional(),
  metrics: z.record(z.string(), z.number()).optional(),
});

const golden = z.strictObject({
  rows: z.array(z.int().min(0)),
  /** Of three classes or more a list for each row. */
  scores: z.array(z.union([z.number(), z.array(z.number())])),
});

/** What a command left, as it was written and not yet believed. */
export interface Outputs {
  readonly onnx: Uint8Array;
  readonly report: z.output<typeof report>;
  /** Scores row by row. */
  readonly golden: { readonly rows: readonly number[]; readonly scores: readonly number[] };
}

/**
 * Reads the three files that a command leaves.
 * @param asked the rows whose scores `golden.json` has to hold, in this order
 * @param perRow how many scores each of them has
 * @throws FinalError PAWL_TRAINER_OUTPUT_INVALID with every mistake
 */
export async function readOutputs(
  paths: { readonly model: string; readonly report: string; readonly golden: string },
  features: readonly string[],
  asked: readonly number[],
  perRow = 1,
): Promise<Outputs> {
  const problems: Problem[] = [];
  const note = (subject: string, message: string, hint?: string) =>
    problems.push({ subject, message: `${subject}: ${message}`, ...(hint === undefined ? {} : { hint }) });
  const read = async (name: string, path: string, most: number): Promise<Uint8Array | null> => {
    const found = await fileWithin(path, most);
    if (typeof found !== 'string') return found;
    note(name, found);
    return null;
  };
  const json = async <T>(name: string, path: string, schema: z.ZodType<T>): Promise<T | null> => {
    const bytes = await read(name, path, largestJson);
    if (bytes === null) return null;
    try {
      const parsed = schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
      if (parsed.success) return parsed.data;
      for (const { path: at, message } of parsed.error.issues.slice(0, 5)) note(name, `${at.join('.')}: ${message}`);
    } catch (error) {
      note(name, (error as Error).message, 'JSON, which has no NaN and no Infinity');
    }
    return null;
  };
  const onnx = await read('model.onnx', paths.model, largestModel);
  const said = await json('report.json', paths.report, report);
  const scored = await json('golden.json', paths.golden, golden);
  for (const name of Object.keys(said?.importances ?? {}))
    if (!features.includes(name)) note('report.json', `importances names ${name}, which is no feature`);
  if (scored !== null) {
    const { rows, scores } = scored;
    if (rows.length !== asked.length || rows.some((row, i) => row !== asked[i]))
      note('golden.json', `rows are not the ${asked.length} that the job asks for`, '`golden` of job.json, in its order');
    if (scores.length !== rows.length) note('golden.json', `${scores.length} scores for ${rows.length} rows`);
    const unfit = scores.findIndex((score) => (Array.isArray(score) ? score.length !== perRow : perRow !== 1));
    if (unfit >= 0 && perRow > 1)
      note(
        'golden.json',
        `the scores of row ${unfit + 1} of golden are not ${perRow}`,
        'a list for each row, with a probability for each class',
      );
    else if (unfit >= 0) note('golden.json', `the score of row ${unfit + 1} of golden is a list`, 'one number for each row');
  }
  if (onnx === null || said === null || scored === null || problems.length > 0)
    throw new FinalError('PAWL_TRAINER_OUTPUT_INVALID', 'The trainer did not leave what it has to.', { problems });
  return { onnx, report: said, golden: { rows: scored.rows, scores: scored.scores.flat() } };
}

/** A file's bytes, or what is wrong with it. A link, a pipe or a device is not opened: it could lead anywhere, or never end. */
async function fileWithin(path: string, most: number): Promise<Uint8Array | string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'it is missing' : `it cannot be read (${error.code})`),
  );
  if (typeof file === 'string') return file;
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return 'it is no file';
    if (facts.size === 0) return 'it is empty';
    if (facts.size > most) return `it has ${size(facts.size)} and ${size(most)} are taken`;
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
