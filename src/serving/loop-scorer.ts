import { FinalError, type Problem } from '../errors.ts';
import { batchOf, layoutOf, type BatchLayout } from '../onnx/batch.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { scoresPerRow, type ModelSignature } from '../onnx/signature.ts';
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
  readonly #layout: BatchLayout;
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
    this.#layout = layoutOf(model.signature);
  }

  parse(row: unknown, problems: Problem[]): ParsedRow | null {
    return this.#parser.parse(row, problems);
  }

  score(rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (this.#released) return Promise.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version was unloaded.'));
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ rows, resolve, reject });
      if (this.#jobs.length === 1) void this.#scoreTurn();
    });
  }

  cost(): Cost {
    return { cpuMs: this.#cpuMs, rows: this.#rows, memoryBytes: this.#memoryBytes() };
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#model.release();
  }

  /** Settles every job of this turn of the event loop, and never rejects. */
  async #scoreTurn(): Promise<void> {
    let jobs: readonly Job[] = [];
    let rows: readonly ParsedRow[] = [];
    let began = 0;
    this.#running++;
    try {
      let scores = await this.#model.runLater(() => {
        began = performance.now();
        jobs = this.#jobs;
        this.#jobs = [];
        rows = jobs.length === 1 && jobs[0] !== undefined ? jobs[0].rows : jobs.flatMap((job) => job.rows);
        return batchOf(this.#layout, rows.length <= rowsPerRun ? rows : []);
      });
      if (rows.length > rowsPerRun) scores = await this.#runInParts(rows);
      else this.#charge(began, rows.length);
      let from = 0;
      for (const job of jobs) {
        this.#settle(job, scores, from);
        from += job.rows.length;
      }
    } catch (error) {
      // Failed before it came to the jobs: they have nobody else.
      if (began === 0) jobs = this.#jobs.splice(0);
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
        this.#settle(job, await this.#runInParts(job.rows), 0);
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

  async #runInParts(rows: readonly ParsedRow[]): Promise<Float32Array> {
    const width = scoresPerRow(this.signature);
    const scores = new Float32Array(rows.length * width);
    for (let start = 0; start < rows.length; start += rowsPerRun) {
      const part = rows.slice(start, start + rowsPerRun);
      let began = 0;
      const scored = this.#model.runLater(() => {
        began = performance.now();
        return batchOf(this.#layout, part);
      });
      scores.set(await scored, start * width);
      this.#charge(began, part.length);
    }
    return scores;
  }

  /** ONNX Runtime scored right after the batch was put together, in one piece. */
  #charge(began: number, rows: number): void {
    this.#cpuMs += performance.now() - began;
    this.#rows += rows;
  }
}
