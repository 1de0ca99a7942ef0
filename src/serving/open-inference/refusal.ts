import { FinalError, PawlError } from '../../errors.ts';
import { FailureLog } from '../failure-log.ts';
import { jsonAnswer, type Answer } from '../http-answer.ts';
import type { InferenceOptions } from './inference-options.ts';

/** Longest message, bytes of UTF-8: gRPC carries it in a trailer, of which clients take 8 KiB with each byte as three. */
const longestMessage = 2000;

/** Of a fault that was not foreseen callers see that it happened, and no more. */
export function asPawlError(error: unknown): PawlError {
  return error instanceof PawlError ? error : new FinalError('PAWL_INTERNAL', 'The request met a fault of the gateway.');
}

/** An error in one line, code first, with every problem and what would be right, as far as there is room. */
export function messageOf({ code, message, problems }: PawlError): string {
  const told = problems.map((problem) => `${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`);
  const bytes = Buffer.from([`${code}: ${message}`, ...told].join(' '));
  return bytes.length <= longestMessage ? bytes.toString() : `${bytes.subarray(0, longestMessage - 3).toString()}…`;
}

/** An error as V2 clients read it: `error` is text; beside it what pawl's other routes say. */
export function refusal(error: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const known = asPawlError(error);
  const { code, todo, problems, status } = known;
  const retry: Record<string, string> = status === 503 ? { 'retry-after': '1' } : {};
  return jsonAnswer(status, { error: messageOf(known), code, todo, problems }, { ...retry, ...headers });
}

/** Keeps account of requests that were not answered: the caller's faults are counted, the others told to the log. */
export class RefusalCount {
  readonly #options: InferenceOptions;
  readonly #failures: FailureLog;

  constructor(options: InferenceOptions) {
    this.#options = options;
    this.#failures = new FailureLog(options.logger);
  }

  add(error: unknown, model: string | null): void {
    const { book, predictor, metrics } = this.#options;
    const { status, retryable, code } = asPawlError(error);
    if (status >= 500 && status !== 503) this.#failures.tell(error, { model });
    if (status >= 500 || retryable) return;
    metrics.callerFaults.inc({ code });
    const traffic = model === null ? null : book.get(model);
    if (traffic !== null) predictor.callerFault(traffic);
  }
}
