import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../infra/programs/run.ts';
import type { Frame } from '../../src/data/dataset.ts';
import { computeMetrics } from '../../src/evaluation/metrics.ts';
import { packageFile } from '../../src/package-root.ts';
import type { Problem, Rows } from './problem.ts';
import { writeRows } from './row-files.ts';
import type { Trained } from './train-pawl.ts';

/** One training and how good its model is. */
export interface Run extends Trained {
  readonly problem: string;
  readonly by: string;
  readonly threads: number;
  readonly seed: number;
  /** AUC, or RMSE of a regression. */
  readonly quality: number;
}

type Params = Readonly<Record<string, number>>;

/** One thread cannot be made to wait for long by more than this. */
const timeoutMs = 900_000;

/** Runs each training in a process of its own, on rows that all find in the same files. */
export class Bed {
  readonly #folder: string;
  readonly #python: string;
  readonly #problem: Problem;
  readonly #seed: number;
  readonly #test: Frame;

  private constructor(folder: string, python: string, problem: Problem, seed: number, rows: Rows) {
    this.#folder = folder;
    this.#python = python;
    this.#problem = problem;
    this.#seed = seed;
    this.#test = rows.test;
  }

  /** @param scratch a folder in which the rows are kept until `end` */
  static async make(scratch: string, python: string, problem: Problem, seed: number): Promise<Bed> {
    const folder = path.join(scratch, `${problem.name.replaceAll(/\W+/g, '-')}-${seed}`);
    mkdirSync(folder);
    const rows = await problem.rows(seed);
    writeRows(folder, problem.task, rows);
    return new Bed(folder, python, problem, seed, rows);
  }

  end(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  pawl(trainer: string, threads: number, params: Params): Promise<Run> {
    const script = packageFile('dist/bench/training/train-pawl.js');
    const args = [script, this.#folder, trainer, String(threads), String(this.#seed), JSON.stringify(params)];
    return this.#run('pawl', process.execPath, args, threads);
  }

  /** LightGBM, XGBoost or scikit-learn. */
  peer(by: string, threads: number, params: Params): Promise<Run> {
    const script = packageFile('bench/training/peers/train.py');
    const args = [script, this.#folder, by, String(threads), String(this.#seed), JSON.stringify(params)];
    return this.#run(by, this.#python, args, threads);
  }

  /** River's FTRL, on the first rows only: it takes them one by one. */
  river(rows: number, params: Params): Promise<Run> {
    const script = packageFile('bench/training/peers/ftrl.py');
    return this.#run('river', this.#python, [script, this.#folder, String(rows), JSON.stringify(params)], 1);
  }

  async #run(by: string, program: string, args: readonly string[], threads: number): Promise<Run> {
    const env = {
      ...process.env,
      OMP_NUM_THREADS: String(threads),
      // Threads that wait by spinning slow each other down wherever something else runs.
      OMP_WAIT_POLICY: 'passive',
      OPENBLAS_NUM_THREADS: String(threads),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const { stdout } = await run(program, args, { timeoutMs, env });
    const trained = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Trained;
    return { problem: this.#problem.name, by, threads, seed: this.#seed, ...trained, quality: this.#quality(by) };
  }

  #quality(by: string): number {
    const bytes = readFileSync(path.join(this.#folder, `scores.${by}`));
    const scores = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    if (scores.length !== this.#test.rows) throw new Error(`${by} scored ${scores.length} of ${this.#test.rows} rows.`);
    const metrics = computeMetrics(this.#problem.task, this.#test.label, scores, 0.5);
    return metrics[this.#problem.task === 'regression' ? 'rmse' : 'auc'] ?? NaN;
  }
}
