import { inputOf, type Task } from '../../onnx/signature.ts';
import type { Digest } from '../../data/dataset.ts';
import type { ModelSpec } from '../../spec/schema.ts';
import { signatureOf } from '../signature-of.ts';
import type { TrainingJob } from '../trainer.ts';

/** How the rows to learn from are written. */
export type RowFormat = 'csv' | 'parquet';

/** What a command may use. */
export interface Limits {
  /** ms, from its start to its end. */
  readonly timeMs: number;
  /** Bytes in its folder, and of any one file. */
  readonly diskBytes: number;
  readonly threads: number;
}

const usualTime = 2 * 3600 * 1000;
const usualDisk = 10e9;

/** What a spec allows. @param usualThreads where it says nothing of threads */
export function limitsOf(
  { time_budget: timeMs = usualTime, disk = usualDisk, threads }: ModelSpec['training'],
  usualThreads: number,
): Limits {
  return { timeMs, diskBytes: disk, threads: threads ?? usualThreads };
}

/** The champion's artifact, for trainers that go on from one. */
export interface PriorModel {
  readonly version: number;
  /** An ONNX file in the folder of the job. */
  readonly path: string;
}

/** The rows to learn from, as a file. */
export interface RowFile {
  readonly path: string;
  readonly format: RowFormat;
  readonly digest: Digest;
  readonly rows: number;
}

/** Largest `model.onnx` that is taken, bytes. It is loaded into every gateway. */
export const largestModel = 500_000_000;

/** `job.json`: everything that a command is told. Keys are snake case, as in pawl.yaml; docs/trainers.md describes each. */
export interface JobFile {
  readonly format: 1;
  readonly release: string;
  readonly model: string;
  readonly task: Task;
  readonly dataset: { readonly digest: Digest; readonly rows: number };
  readonly data: RowFile;
  readonly features: readonly { readonly name: string; readonly type: string; readonly input: string }[];
  readonly label: { readonly name: string; readonly classes: readonly string[] | null };
  readonly timestamp: string | null;
  /** The column of weights; null, where every row counts as one. */
  readonly weights: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly threads: number;
  readonly time_budget_s: number;
  readonly prior: PriorModel | null;
  readonly golden: readonly number[];
  readonly limits: { readonly disk_bytes: number; readonly model_bytes: number };
  readonly output: { readonly model: string; readonly report: string; readonly golden: string };
}

/** The columns of the file beside the features. */
export interface RowNames {
  readonly label: string;
  readonly timestamp: string | null;
  readonly weights: string | null;
}

/** What these columns are called: as in the contract, and the weights so that no other column has their name. */
export function rowNames(job: TrainingJob, contract: Pick<ModelSpec['contract'], 'label' | 'timestamp'>): RowNames {
  const { label, timestamp = null } = contract;
  const taken = [...job.frame.features, label, timestamp ?? ''].map((name) => name.toLowerCase());
  let weights = 'weight';
  while (taken.includes(weights)) weights = `_${weights}`;
  return { label, timestamp, weights: job.weights === undefined ? null : weights };
}

/** Rows that the trainer scores itself, spread evenly over the file. */
const goldenRows = 200;

/** Rows, counted from 0, whose scores a trainer has to hand in with its model. */
export function goldenOf(rows: number): number[] {
  const count = Math.min(goldenRows, rows);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** What a command is told of a job. */
export function jobFile(
  job: TrainingJob,
  about: Pick<JobFile, 'release' | 'model' | 'dataset' | 'data' | 'prior' | 'output'> & {
    readonly limits: Limits;
  } & RowNames,
): JobFile {
  const { task, frame, params, seed } = job;
  const { release, model, dataset, data, prior, output, limits, label, timestamp, weights } = about;
  return {
    format: 1,
    release,
    model,
    task,
    dataset,
    data,
    features: signatureOf(task, frame).features.map(({ name, type }) => ({ name, type, input: inputOf(name) })),
    label: { name: label, classes: frame.classes },
    timestamp,
    weights,
    params,
    seed,
    threads: limits.threads,
    time_budget_s: limits.timeMs / 1000,
    prior,
    golden: goldenOf(frame.rows),
    limits: { disk_bytes: limits.diskBytes, model_bytes: largestModel },
    output,
  };
}
