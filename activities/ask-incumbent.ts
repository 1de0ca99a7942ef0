import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../src/data/dataset.ts';
import { type ColumnValues, readRows } from '../src/data/rows.ts';
import { FinalError, PawlError, type Problem } from '../src/errors.ts';
import type { Answers } from '../src/evaluation/answers.ts';
import { answersOfClasses, answersOfNamed } from '../src/evaluation/class-answers.ts';
import type { ModelSignature } from '../src/onnx/signature.ts';
import { Endpoint } from '../src/serving/incumbent/endpoint.ts';
import type { EndpointAnswer } from '../src/serving/incumbent/endpoint-answer.ts';
import type { IncumbentConfig } from '../src/serving/incumbent/incumbent-config.ts';
import type { ParsedRow } from '../src/serving/row-parsing.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { cancellation, heartbeat } from './progress.ts';

/** Rows in one question, and questions at once: an endpoint of people's traffic must not notice an evaluation. */
const rowsAtOnce = 100;
const questionsAtOnce = 2;
/** A hundred rows may take longer than a caller would wait for one, ms. */
const patience = 10_000;
/** A question is asked so often before the activity is left to its own retries, and the first pause in between, ms. */
const tries = 3;
const pause = 250;

/** What the endpoint says of the newest rows of a dataset: the values as the dataset holds them, not as a frame rounds them. */
export async function askNewestRows(
  config: IncumbentConfig,
  source: { readonly store: ObjectStore; readonly uri: string; readonly spec: ModelSpec; readonly newest: number },
): Promise<EndpointAnswer[]> {
  const columns = await readRows(source.store, source.uri, source.spec, source);
  const rows = rowsOf(columns, config.signature, source.newest);
  const endpoint = new Endpoint(config, questionsAtOnce);
  const answers: EndpointAnswer[] = [];
  let next = 0;
  try {
    const ask = async () => {
      while (next < rows.length) {
        const from = next;
        next += rowsAtOnce;
        const some = await askPatiently(endpoint, rows.slice(from, from + rowsAtOnce));
        for (const [i, answer] of some.entries()) answers[from + i] = answer;
        heartbeat({ phase: 'ask the incumbent', done: from, total: rows.length });
      }
    };
    await Promise.all(Array.from({ length: questionsAtOnce }, ask));
    return answers;
  } finally {
    // Where one question failed, the others need no successor.
    next = rows.length;
    endpoint.close();
  }
}

async function askPatiently(endpoint: Endpoint, rows: readonly ParsedRow[]): Promise<EndpointAnswer[]> {
  const options = { timeoutMs: Math.max(patience, endpoint.config.timeoutMs), signal: cancellation() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await endpoint.ask(rows, options);
    } catch (error) {
      if (attempt === tries || !(error instanceof PawlError) || !error.retryable) throw error;
      await sleep(pause * 2 ** attempt, undefined, { signal: cancellation() });
    }
  }
}

/** @throws FinalError PAWL_FRAME_UNFIT where the dataset lacks a column that the endpoint takes */
function rowsOf(columns: Readonly<Record<string, ColumnValues>>, { features }: ModelSignature, rows: number): ParsedRow[] {
  const values = features.map(({ name }) => columns[name] ?? null);
  const problems: Problem[] = features
    .filter((_, i) => values[i] === null)
    .map(({ name }) => ({ subject: name, message: `Column ${name} is missing; the incumbent takes it.` }));
  if (problems.length > 0) throw new FinalError('PAWL_FRAME_UNFIT', 'The incumbent cannot score these rows.', { problems });
  return Array.from({ length: rows }, (_, row) =>
    features.map(({ type }, i) => {
      const value = values[i]?.[row] ?? null;
      if (type === 'category') return value === null ? '' : String(value);
      return value === null ? NaN : Number(value);
    }),
  );
}

/**
 * What an endpoint said as answers: its classes are those that it names, whatever its threshold.
 * @throws FinalError PAWL_FRAME_UNFIT where it tells other classes apart than the rows have
 */
export function incumbentAnswers(
  { task, classes }: ModelSignature,
  rows: Pick<Frame, 'classes'>,
  answers: readonly EndpointAnswer[],
): Answers {
  const score = Float64Array.from(answers, (answer) => answer.score);
  if (classes === null) return { score, call: null, graded: true };
  if (task === 'multiclass-classification') return answersOfMany(classes, rows.classes ?? [], answers);
  if (classes.join('\n') !== rows.classes?.join('\n')) {
    const found = rows.classes?.join(' and ') ?? 'no classes';
    throw new FinalError('PAWL_FRAME_UNFIT', `The rows have ${found}; the incumbent tells apart ${classes.join(' and ')}.`);
  }
  const call = Uint8Array.from(answers, ({ prediction }) => (prediction === classes[1] ? 1 : 0));
  return { score, call, graded: answers.some((answer) => answer.graded) };
}

/** Where not every answer brings its probabilities, all of them are taken for classes alone. */
function answersOfMany(own: readonly string[], classes: readonly string[], answers: readonly EndpointAnswer[]): Answers {
  const named = answers.map(({ prediction }) => String(prediction));
  if (!answers.every(({ probabilities }) => probabilities !== undefined)) return answersOfNamed(named, classes);
  const scores = new Float64Array(answers.length * own.length);
  for (const [row, { probabilities }] of answers.entries()) scores.set(probabilities ?? [], row * own.length);
  return answersOfClasses(scores, own, classes);
}
