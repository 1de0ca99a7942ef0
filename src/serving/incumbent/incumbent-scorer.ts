import { FinalError, type Problem, TransientError } from '../../errors.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import { RowParser, type ParsedRow } from '../row-parsing.ts';
import type { Cost, Scored, Scorer } from '../scorer.ts';
import { Endpoint } from './endpoint.ts';
import type { IncumbentConfig } from './incumbent-config.ts';

interface Job {
  readonly rows: readonly ParsedRow[];
  readonly resolve: (answers: Scored[]) => void;
  readonly reject: (error: unknown) => void;
  /** Nobody waits for it any more after this moment, monotonic ms. */
  readonly until: number;
  /** Asked by itself: the call that it shared was refused. */
  alone: boolean;
}

/** Calls under way at once. What arrives meanwhile shares the next call. */
const mostCalls = 8;
/** Rows in one call, but for a request that has more by itself. */
const rowsPerCall = 256;
/** Rows that wait; beyond so many a request is refused, so that a slow endpoint cannot fill the memory. */
const mostWaiting = 4096;

/**
 * Answers by asking the endpoint that a team had before pawl. A call goes out at once while few are under way; requests that
 * arrive while as many as allowed are, share the next one.
 */
export class IncumbentScorer implements Scorer {
  readonly signature: ModelSignature;
  readonly immediate = false;
  readonly #endpoint: Endpoint;
  readonly #parser: RowParser;
  #queue: Job[] = [];
  #waiting = 0;
  #calls = 0;
  #idle: (() => void)[] = [];
  #released = false;
  #rows = 0;

  constructor(config: IncumbentConfig) {
    this.#endpoint = new Endpoint(config, mostCalls);
    this.signature = config.signature;
    this.#parser = new RowParser(config.signature);
  }

  parse(row: unknown, problems: Problem[]): ParsedRow | null {
    return this.#parser.parse(row, problems);
  }

  score(rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (this.#released) return Promise.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version was unloaded.'));
    if (rows.length === 0) return Promise.resolve([]);
    if (this.#waiting > 0 && this.#waiting + rows.length > mostWaiting)
      return Promise.reject(
        new TransientError('PAWL_OVERLOADED', `${this.#waiting} rows wait for ${this.#endpoint.url.host} already.`),
      );
    return new Promise((resolve, reject) => {
      const until = performance.now() + this.#endpoint.config.timeoutMs;
      this.#queue.push({ rows, resolve, reject, until, alone: false });
      this.#waiting += rows.length;
      // In a turn of its own: requests that arrive together go out together.
      if (this.#queue.length === 1) setImmediate(() => this.#dispatch());
    });
  }

  cost(): Cost {
    return { cpuMs: this.#endpoint.cpuMs, rows: this.#rows, memoryBytes: 0 };
  }

  async release(): Promise<void> {
    this.#released = true;
    if (this.#calls > 0 || this.#queue.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#endpoint.close();
  }

  #dispatch(): void {
    while (this.#calls < mostCalls) {
      const jobs = this.#take();
      if (jobs.length === 0) break;
      this.#calls++;
      void this.#call(jobs);
    }
    if (this.#calls === 0 && this.#queue.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The next call's requests. Those that have waited too long fail here. */
  #take(): Job[] {
    const jobs: Job[] = [];
    let rows = 0;
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      if (jobs.length > 0 && (job.alone || rows + job.rows.length > rowsPerCall)) break;
      this.#queue.shift();
      this.#waiting -= job.rows.length;
      if (performance.now() > job.until) {
        const { host } = this.#endpoint.url;
        job.reject(new TransientError('PAWL_INCUMBENT_UNAVAILABLE', `${host} is too slow for what is asked of it.`));
        continue;
      }
      jobs.push(job);
      rows += job.rows.length;
      if (job.alone) break;
    }
    return jobs;
  }

  /** Settles every job, or puts it back, and never rejects. */
  async #call(jobs: readonly Job[]): Promise<void> {
    try {
      const [first] = jobs;
      const rows = jobs.length === 1 && first !== undefined ? first.rows : jobs.flatMap((job) => job.rows);
      const answers = await this.#endpoint.ask(rows);
      this.#rows += rows.length;
      let from = 0;
      for (const job of jobs) job.resolve(answers.slice(from, (from += job.rows.length)));
    } catch (error) {
      if (jobs.length > 1 && error instanceof FinalError) this.#askApart(jobs);
      else for (const job of jobs) job.reject(error);
    }
    this.#calls--;
    this.#dispatch();
  }

  /** A request that the endpoint refuses must not fail those that shared its call. */
  #askApart(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.alone = true;
      this.#waiting += job.rows.length;
    }
    this.#queue.unshift(...jobs);
  }
}

/** Ready at once: an endpoint that is away now may be back for the next request, and the breaker spares callers the wait. */
export function openIncumbent(config: IncumbentConfig): Promise<Scorer> {
  return Promise.resolve(new IncumbentScorer(config));
}
