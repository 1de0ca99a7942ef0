import { Worker } from 'node:worker_threads';
import { FinalError, TransientError, type Problem } from '../errors.ts';
import { batchOf, layoutOf, type BatchLayout } from '../onnx/batch.ts';
import { scoresPerRow, type ModelSignature } from '../onnx/signature.ts';
import { packageFile } from '../package-root.ts';
import { RowParser, type ParsedRow } from './row-parsing.ts';
import type { ThreadAnswer, ThreadBatch } from './scoring-thread.ts';
import { answersOf, type Cost, type Scored, type Scorer } from './scorer.ts';

export interface PoolOptions {
  readonly signature: ModelSignature;
  /** The artifact. Every thread loads it for itself. */
  readonly bytes: Uint8Array;
  readonly threads: number;
  /** Measured, ms. A batch is as large as fits into `batchMs`, and the queue as long as the threads can empty in `queueMs`. */
  readonly msPerRow: number;
  readonly memoryBytes: number;
}

interface Job {
  readonly rows: readonly ParsedRow[];
  readonly scores: Float32Array;
  readonly resolve: (answers: Scored[]) => void;
  readonly reject: (error: unknown) => void;
  /** Rows that were given to a thread, and those that came back. */
  given: number;
  done: number;
  failed: boolean;
}

/** Rows of one job within a batch. */
interface Part {
  readonly job: Job;
  readonly from: number;
  readonly rows: number;
}

interface Thread {
  readonly worker: Worker;
  /** What it is working at; null while it is idle or not ready yet. */
  batch: readonly Part[] | null;
  ready: boolean;
}

const batchMs = 5;
const queueMs = 1000;
/** A thread that dies while it starts is not replaced more often than this. */
const restartMs = 1000;

/**
 * Scores on threads of its own: for versions whose rows take so long that they would hold up everybody else's on the event loop.
 * An idle thread takes what waits, up to a batch; nothing waits for a batch to fill.
 */
export class PoolScorer implements Scorer {
  readonly signature: ModelSignature;
  readonly immediate = false;
  readonly #options: PoolOptions;
  readonly #parser: RowParser;
  readonly #layout: BatchLayout;
  /** Numbers that the graph gives for a row. */
  readonly #width: number;
  readonly #rowsPerBatch: number;
  readonly #mostWaiting: number;
  #threads: Thread[] = [];
  #queue: Job[] = [];
  #waiting = 0;
  #batches = 0;
  #released = false;
  #idle: (() => void)[] = [];
  #cpuMs = 0;
  #rows = 0;
  #loadMs = 0;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.signature = options.signature;
    this.#parser = new RowParser(options.signature);
    this.#layout = layoutOf(options.signature);
    this.#width = scoresPerRow(options.signature);
    this.#rowsPerBatch = Math.max(1, Math.floor(batchMs / options.msPerRow));
    this.#mostWaiting = Math.max(100, Math.ceil((queueMs / options.msPerRow) * options.threads));
  }

  /** Resolves once every thread is ready. @throws FinalError PAWL_ARTIFACT_UNREADABLE where none can load the artifact */
  static async open(options: PoolOptions): Promise<PoolScorer> {
    const pool = new PoolScorer(options);
    try {
      await Promise.all(Array.from({ length: options.threads }, () => pool.#start()));
      return pool;
    } catch (cause) {
      await pool.release();
      throw new FinalError('PAWL_ARTIFACT_UNREADABLE', `A scoring thread did not start: ${String(cause)}`, { cause });
    }
  }

  parse(row: unknown, problems: Problem[]): ParsedRow | null {
    return this.#parser.parse(row, problems);
  }

  score(rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (this.#released) return Promise.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version was unloaded.'));
    if (rows.length === 0) return Promise.resolve([]);
    // One request alone may be larger than the queue; beside others it waits its turn.
    if (this.#waiting > 0 && this.#waiting + rows.length > this.#mostWaiting)
      return Promise.reject(new TransientError('PAWL_OVERLOADED', `${this.#waiting} rows wait for this version already.`));
    return new Promise((resolve, reject) => {
      this.#queue.push({
        rows,
        scores: new Float32Array(rows.length * this.#width),
        resolve,
        reject,
        given: 0,
        done: 0,
        failed: false,
      });
      this.#waiting += rows.length;
      // In a turn of its own: requests that arrive together go to a thread together.
      if (this.#queue.length === 1) setImmediate(() => this.#dispatch());
    });
  }

  /** How long a thread took to load the artifact, ms. */
  get loadMs(): number {
    return this.#loadMs;
  }

  cost(): Cost {
    return { cpuMs: this.#cpuMs, rows: this.#rows, memoryBytes: this.#options.memoryBytes };
  }

  async release(): Promise<void> {
    this.#released = true;
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  #start(): Promise<void> {
    const worker = new Worker(packageFile('dist/src/serving/scoring-thread.js'), { workerData: this.#options.bytes });
    const thread: Thread = { worker, batch: null, ready: false };
    this.#threads.push(thread);
    return new Promise((resolve, reject) => {
      worker.on('message', (answer: ThreadAnswer) => {
        if ('ready' in answer) {
          thread.ready = true;
          this.#loadMs = answer.loadMs;
          resolve();
        } else this.#settle(thread, answer);
        this.#dispatch();
      });
      worker.on('error', (error) => reject(error));
      worker.on('exit', () => {
        reject(new Error('it ended'));
        this.#lost(thread);
      });
    });
  }

  /** A thread is gone: what it worked at has failed, and another one takes its place. */
  #lost(thread: Thread): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    if (thread.batch !== null) this.#settle(thread, { id: 0, failure: 'the scoring thread ended' });
    if (this.#released) return;
    const again = () => void this.#start().catch(() => undefined);
    if (thread.ready) again();
    else setTimeout(() => !this.#released && again(), restartMs).unref();
  }

  /** Gives every idle thread what waits. */
  #dispatch(): void {
    for (const thread of this.#threads) {
      if (!thread.ready || thread.batch !== null) continue;
      const parts = this.#take();
      if (parts.length === 0) return;
      thread.batch = parts;
      const rows = parts.flatMap(({ job, from, rows: count }) => job.rows.slice(from, from + count));
      const batch = batchOf(this.#layout, rows);
      thread.worker.postMessage({ id: ++this.#batches, batch } satisfies ThreadBatch, [batch.numbers.buffer]);
    }
  }

  #take(): Part[] {
    const parts: Part[] = [];
    let room = this.#rowsPerBatch;
    for (let job = this.#queue[0]; job !== undefined && room > 0; job = this.#queue[0]) {
      const rows = Math.min(room, job.rows.length - job.given);
      if (!job.failed) parts.push({ job, from: job.given, rows });
      job.given += job.failed ? job.rows.length - job.given : rows;
      room -= job.failed ? 0 : rows;
      if (job.given >= job.rows.length) this.#queue.shift();
    }
    return parts;
  }

  #settle(thread: Thread, answer: Exclude<ThreadAnswer, { readonly ready: true }>): void {
    const parts = thread.batch ?? [];
    thread.batch = null;
    let at = 0;
    for (const { job, from, rows } of parts) {
      if ('failure' in answer) this.#fail(job, answer.failure);
      else job.scores.set(answer.scores.subarray(at * this.#width, (at + rows) * this.#width), from * this.#width);
      at += rows;
      job.done += rows;
      if (!job.failed && job.done === job.rows.length) this.#finish(job);
    }
    if ('scores' in answer) {
      this.#cpuMs += answer.cpuMs;
      this.#rows += at;
    }
    if (this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #finish(job: Job): void {
    this.#waiting -= job.rows.length;
    try {
      job.resolve(answersOf(this.signature, job.scores, 0, job.rows.length));
    } catch (error) {
      job.reject(error);
    }
  }

  #fail(job: Job, because: string): void {
    if (job.failed) return;
    job.failed = true;
    this.#waiting -= job.rows.length;
    job.reject(new FinalError('PAWL_PREDICTION_FAILED', `The version failed to score: ${because}.`));
  }
}
