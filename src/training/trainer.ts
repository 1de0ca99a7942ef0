import type { Frame } from '../data/dataset.ts';
import type { Task } from '../onnx/signature.ts';

export interface TrainingProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

export interface TrainingJob {
  readonly task: Task;
  readonly frame: Frame;
  /** As written in pawl.yaml; the trainer fills in its defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** How much each row counts, one finite entry >= 0 a row and not all of them 0; all count 1 where it is missing. */
  readonly weights?: Float64Array;
  /** The champion's artifact, for a trainer that goes on from what it has learned (`Trainer.continues`); it changes what comes out. */
  readonly prior?: { readonly version: number; readonly onnx: Uint8Array };
  /** Threads that the trainer may keep busy. Default: 1. They change how long it takes, never what comes out. */
  readonly threads?: number;
}

export interface TrainingControl {
  /** Stops the training with the signal's reason. */
  readonly signal: AbortSignal;
  /** Bytes of an earlier `onCheckpoint` of the same job; training goes on from there. */
  readonly checkpoint?: Uint8Array;
  /** Least time between two checkpoints. Default: 2000. */
  readonly checkpointEveryMs?: number;
  /** Called between units of work (a tree, an iteration); the trainer yields to the event loop around it. */
  onProgress(progress: TrainingProgress): void | Promise<void>;
  /** Called now and then, not more often than `checkpointEveryMs`, with all that is needed to go on elsewhere. */
  onCheckpoint(bytes: Uint8Array, progress: TrainingProgress): void | Promise<void>;
}

export interface TrainedModel {
  /** A complete graph with the preprocessing inside and its signature in the metadata. */
  readonly onnx: Uint8Array;
  /** All parameters as used, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Share of the total gain (gbt) or of absolute standardised weight (logistic, ftrl) by feature; sums to 1. */
  readonly importances: Readonly<Record<string, number>>;
  /** What it learned from, in words, where that is not simply all rows: for the story of the release. */
  readonly because?: string;
}

/** The trainer port. Training is deterministic: equal job and seed give equal bytes, also across a checkpoint. */
export interface Trainer {
  readonly name: string;
  /** What it can learn; another task is refused when pawl.yaml is read. */
  readonly tasks: readonly Task[];
  /** Whether it goes on from the champion's artifact (`TrainingJob.prior`). */
  readonly continues?: true;
  /** All mistakes at once. @throws FinalError PAWL_TRAINING_PARAMS_INVALID */
  checkParams(params: Readonly<Record<string, unknown>>): void;
  /**
   * Parameters of a training that takes a share of the time and comes to a model that is nearly as good, to try parameters with, and what
   * it has of its resource in words: `36 trees`. A trainer that lacks this is tried on a share of its rows.
   */
  reduced?(
    params: Readonly<Record<string, unknown>>,
    share: number,
  ): { readonly params: Readonly<Record<string, unknown>>; readonly resource: string };
  train(job: TrainingJob, control: TrainingControl): Promise<TrainedModel>;
}
