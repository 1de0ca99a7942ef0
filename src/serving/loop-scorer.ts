import { FinalError, type Problem } from '../errors.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { RowParser, type ParsedRow } from './row-parsing.ts';
import { answersOf, type Cost, type Scored, type Scorer } from './scorer.ts';

interface Job {
  readonly rows: readonly ParsedRow[];
  readonly resolve: (answers: Scored[]) => void;
  readonly reject: (error: unknown) => void;
}

/** More rows than this are scored in several runs, so that a great request does not hold up the small ones behind it. */
const rowsPerRun = 2048;

/**
 * Scores on the event loop. Requests that arrive in one turn of it are scored as one batch: that waits for nobody and costs
 * one call of ONNX Runtime instead of many.
 */
export class LoopScorer implements Scorer {
  readonly signature: ModelSignature;
  readonly immediate = true;
  readonly #model: OnnxModel;
  readonly #parser: RowParser;
  readonly #memoryBytes: () => number;
  #jobs: Job[] = [];
  #running = 0;
  #idle: (() => void)[] = [];
  #released = false;
  #cpuMs = 0;
  #rows = 0;

  constructor(model: OnnxModel, memoryBytes: () => number) {
    this.#model = model;
    this.#memoryBytes = memoryBytes;
    this.signature = model.signature;
    this.#parser = new RowParser(model.signature);
  }

  parse(row: unknown, problems: Problem[]): ParsedRow | null {
    return this.#parser.parse(row, problems);
  }

  score(rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (this.#released) return Promise.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version was unloaded.'));
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ rows, resolve, reject });
      if (this.#jobs.length === 1) setImmediate(() => void this.#scoreTurn());
    });
  }

  cost(): Cost {
    return { cpuMs: this.#cpuMs, rows: this.#rows, memoryBytes: this.#memoryBytes() };
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#scoreTurn();
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#model.release();
  }

  /** Settles every job that waits, and never rejects. */
  async #scoreTurn(): Promise<void> {
    const jobs = this.#jobs;
    this.#jobs = [];
    if (jobs.length === 0) return;
    this.#running++;
    try {
      const scores = await this.#run(
        jobs.length === 1 && jobs[0] !== undefined ? jobs[0].rows : jobs.flatMap(({ rows }) => rows),
      );
      let from = 0;
      for (const job of jobs) {
        this.#settle(job, scores, from);
        from += job.rows.length;
      }
    } catch (error) {
      await this.#scoreApart(jobs, error);
    }
    this.#running--;
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** One request that the graph cannot take must not fail those that arrived beside it. */
  async #scoreApart(jobs: readonly Job[], failure: unknown): Promise<void> {
    for (const job of jobs) {
      try {
        if (jobs.length === 1) throw failure;
        this.#settle(job, await this.#run(job.rows), 0);
      } catch (error) {
        job.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version failed to score.', { cause: error }));
      }
    }
  }

  #settle(job: Job, scores: Float32Array, from: number): void {
    try {
      job.resolve(answersOf(this.signature, scores, from, job.rows.length));
    } catch (error) {
      job.reject(error);
    }
  }

  async #run(rows: readonly ParsedRow[]): Promise<Float32Array> {
    if (rows.length <= rowsPerRun) return this.#runTimed(rows);
    const scores = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += rowsPerRun)
      scores.set(await this.#runTimed(rows.slice(start, start + rowsPerRun)), start);
    return scores;
  }

  /**
   * ONNX Runtime's binding scores in the next phase of the event loop that runs immediates, one after the other: an immediate
   * of ours just before begins the clock, and the answer ends it.
   */
  async #runTimed(rows: readonly ParsedRow[]): Promise<Float32Array> {
    const asked = performance.now();
    let began = asked;
    setImmediate(() => (began = performance.now()));
    const scoring = this.#model.runRows(rows);
    const prepared = performance.now() - asked;
    const scores = await scoring;
    this.#cpuMs += prepared + performance.now() - began;
    this.#rows += rows.length;
    return scores;
  }
}
