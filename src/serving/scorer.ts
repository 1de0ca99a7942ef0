import { FinalError, type Problem } from '../errors.ts';
import { OnnxModel } from '../onnx/model.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { RowParser, type ParsedRow } from './row-parsing.ts';

export interface Scored {
  /** The probability of the positive class, or the value. Finite. */
  readonly score: number;
  /** The class; for regression the value. */
  readonly prediction: string | number;
}

interface Job {
  readonly rows: readonly ParsedRow[];
  readonly resolve: (answers: Scored[]) => void;
  readonly reject: (error: unknown) => void;
}

/** More rows than this are scored in several runs, so that a great request does not hold up the small ones behind it. */
const rowsPerRun = 2048;

/**
 * One loaded version. Requests that arrive in one turn of the event loop are scored as one batch: that waits for nobody and
 * costs one call of ONNX Runtime instead of many.
 */
export class Scorer {
  readonly signature: ModelSignature;
  readonly #model: OnnxModel;
  readonly #parser: RowParser;
  #jobs: Job[] = [];
  #running: Promise<void> = Promise.resolve();
  #released = false;

  constructor(model: OnnxModel) {
    this.#model = model;
    this.signature = model.signature;
    this.#parser = new RowParser(model.signature);
  }

  /** The row as the model takes it, or every mistake in it. */
  parse(row: unknown): ParsedRow | Problem[] {
    return this.#parser.parse(row);
  }

  /** Answers in the order of the rows. @throws FinalError PAWL_PREDICTION_FAILED */
  score(rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (this.#released) return Promise.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version was unloaded.'));
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ rows, resolve, reject });
      if (this.#jobs.length === 1) setImmediate(() => this.#scoreTurn());
    });
  }

  /** Waits for what is being scored, then frees the model. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#scoreTurn();
    await this.#running;
    await this.#model.release();
  }

  #scoreTurn(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    if (jobs.length === 0) return;
    const run = this.#scoreJobs(jobs);
    this.#running = Promise.all([this.#running, run]).then(() => undefined);
  }

  /** Settles every job and never rejects. */
  async #scoreJobs(jobs: readonly Job[]): Promise<void> {
    try {
      const scores = await this.#run(jobs.flatMap((job) => job.rows));
      let start = 0;
      for (const job of jobs) {
        this.#settle(job, scores.subarray(start, start + job.rows.length));
        start += job.rows.length;
      }
    } catch (error) {
      // One request's rows must not fail those that merely arrived in the same turn.
      const [only] = jobs;
      if (jobs.length > 1) await Promise.all(jobs.map((job) => this.#scoreJobs([job])));
      else
        only?.reject(
          new FinalError(
            'PAWL_PREDICTION_FAILED',
            `ONNX Runtime failed: ${error instanceof Error ? error.message : String(error)}`,
            { cause: error },
          ),
        );
    }
  }

  #settle(job: Job, scores: Float32Array): void {
    if (scores.length !== job.rows.length || !scores.every(Number.isFinite)) {
      job.reject(new FinalError('PAWL_PREDICTION_FAILED', 'The version returned a score that is no finite number.'));
    } else {
      job.resolve(Array.from(scores, (score) => ({ score, prediction: this.#predict(score) })));
    }
  }

  #predict(score: number): string | number {
    const { classes, threshold } = this.signature;
    return classes === null ? score : classes[score >= (threshold ?? 0.5) ? 1 : 0];
  }

  async #run(rows: readonly ParsedRow[]): Promise<Float32Array> {
    const scores = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += rowsPerRun) {
      const part = rows.slice(start, start + rowsPerRun);
      scores.set(await this.#model.run(this.#inputs(part), part.length), start);
    }
    return scores;
  }

  #inputs(rows: readonly ParsedRow[]): Record<string, Float32Array | readonly string[]> {
    const inputs: Record<string, Float32Array | readonly string[]> = {};
    for (const [i, { name, type }] of this.signature.features.entries()) {
      inputs[name] =
        type === 'category'
          ? rows.map((row) => String(row.values[i] ?? ''))
          : Float32Array.from(rows, (row) => Number(row.values[i] ?? NaN));
    }
    return inputs;
  }
}

/** Loads an artifact for serving. */
export async function openScorer(bytes: Uint8Array): Promise<Scorer> {
  return new Scorer(await OnnxModel.open(bytes));
}

/** Scores rows of nothing but missing values, one and several at a time, so that the first caller does not pay for first times. */
export async function warmUp(scorer: Scorer): Promise<void> {
  const missing = scorer.parse(Object.fromEntries(scorer.signature.features.map((feature) => [feature.name, null])));
  if (Array.isArray(missing))
    throw new FinalError('PAWL_PREDICTION_FAILED', 'The version does not take a row of missing values.', { problems: missing });
  for (const rows of [1, 16, 64]) for (let i = 0; i < 3; i++) await scorer.score(new Array<ParsedRow>(rows).fill(missing));
}
