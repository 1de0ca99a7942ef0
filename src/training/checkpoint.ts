import { createHash } from 'node:crypto';
import { FinalError } from '../errors.ts';
import type { TrainingControl, TrainingJob } from './trainer.ts';

/** Between two checkpoints where the caller does not say, ms. */
const usualPause = 2000;

/** What is written: the trainer's own state, and which job it belongs to. */
interface Envelope {
  readonly format: 1;
  readonly job: string;
  readonly state: unknown;
}

/**
 * Saves a trainer's state now and then, and gives it back to a later attempt. JSON keeps every double exactly, so a resumed
 * training is the uninterrupted one to the bit.
 */
export class Checkpoints<State> {
  readonly #job: string;
  readonly #control: TrainingControl;
  #saved = performance.now();

  /** @param job what the state is worth nothing without, by `jobDigest` */
  constructor(job: string, control: TrainingControl) {
    this.#job = job;
    this.#control = control;
  }

  /**
   * What an earlier attempt had reached; null where there was none.
   * @throws FinalError PAWL_CHECKPOINT_REFUSED where the bytes are of another job, or damaged.
   */
  resume(): State | null {
    const bytes = this.#control.checkpoint;
    if (bytes === undefined) return null;
    const envelope = parse(bytes);
    if (envelope === null) throw new FinalError('PAWL_CHECKPOINT_REFUSED', 'The checkpoint cannot be read.');
    if (envelope.job !== this.#job) {
      throw new FinalError('PAWL_CHECKPOINT_REFUSED', 'The checkpoint belongs to other rows, parameters, seed or trainer.');
    }
    return envelope.state as State;
  }

  /** Whether it is time to save again. */
  get due(): boolean {
    return performance.now() - this.#saved >= (this.#control.checkpointEveryMs ?? usualPause);
  }

  /** Saves where it is time again. */
  async saveAfterPause(state: State, progress: { phase: string; done: number; total: number }): Promise<void> {
    if (this.due) await this.save(state, progress);
  }

  /** Saves at once. */
  async save(state: State, progress: { phase: string; done: number; total: number }): Promise<void> {
    const envelope: Envelope = { format: 1, job: this.#job, state };
    await this.#control.onCheckpoint(Buffer.from(JSON.stringify(envelope)), progress);
    this.#saved = performance.now();
  }
}

function parse(bytes: Uint8Array): Envelope | null {
  try {
    const envelope = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Envelope> | null;
    return envelope?.format === 1 && envelope.state != null && typeof envelope.job === 'string' ? (envelope as Envelope) : null;
  } catch {
    return null;
  }
}

/** Equal where the trainer would do the same work: of the trainer, its parameters with defaults, the seed and every value. */
export function jobDigest(trainer: string, params: unknown, job: TrainingJob): string {
  const hash = createHash('sha256');
  const { frame, task, seed } = job;
  hash.update(
    JSON.stringify({ trainer, params, task, seed, rows: frame.rows, features: frame.features, classes: frame.classes }),
  );
  for (const name of frame.features) {
    const column = frame.columns[name];
    if (column === undefined) continue;
    hash.update(JSON.stringify(column.type === 'category' ? column.levels : column.type));
    hash.update(bytesOf(column.type === 'category' ? column.codes : column.values));
  }
  if (job.weights !== undefined) hash.update('weights').update(bytesOf(job.weights));
  return hash.update(bytesOf(frame.label)).digest('hex');
}

function bytesOf(values: Float32Array | Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
