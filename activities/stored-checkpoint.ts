import type { ObjectStore } from '../src/storage/object-store.ts';
import { PawlError } from '../src/errors.ts';
import type { TrainingControl } from '../src/training/trainer.ts';

/** Checkpoints carry their position in front, so that the story can say where a training went on. */
const header = 8;

/** The checkpoint of one training in the object store, where the next worker finds it. */
export class StoredCheckpoint {
  readonly #store: ObjectStore;
  readonly #key: string;
  #saved: Buffer | null;
  #refusal: string | null = null;

  private constructor(store: ObjectStore, key: string, saved: Buffer | null) {
    this.#store = store;
    this.#key = key;
    this.#saved = saved;
  }

  static async open(store: ObjectStore, key: string): Promise<StoredCheckpoint> {
    const saved = (await store.exists(key)) ? Buffer.from(await store.get(key)) : null;
    return new StoredCheckpoint(store, key, saved !== null && saved.length < header ? null : saved);
  }

  /** Units of work that an earlier attempt had already done; 0 where there was none, or none to go on from. */
  get resumedFrom(): number {
    return this.#saved === null ? 0 : Number(this.#saved.readBigUInt64LE(0));
  }

  /** Why the training could not go on from what was there; null where it could, or had not to. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /**
   * Trains, going on from where an earlier attempt was. Where the trainer refuses that, as one of another pawl may, it begins anew: the
   * work is lost, not the release.
   */
  async train<T>(work: (control: Pick<TrainingControl, 'checkpoint' | 'onCheckpoint'>) => Promise<T>): Promise<T> {
    try {
      return await work(this.#control());
    } catch (error) {
      if (this.#saved === null || !(error instanceof PawlError) || error.code !== 'PAWL_CHECKPOINT_REFUSED') throw error;
      this.#refusal = error.message;
      this.#saved = null;
      return await work(this.#control());
    }
  }

  /** What a trainer is told: where to go on, and where to save. */
  #control(): Pick<TrainingControl, 'checkpoint' | 'onCheckpoint'> {
    return {
      ...(this.#saved === null ? {} : { checkpoint: this.#saved.subarray(header) }),
      onCheckpoint: async (bytes, { done }) => {
        const framed = Buffer.alloc(header + bytes.length);
        framed.writeBigUInt64LE(BigInt(done), 0);
        framed.set(bytes, header);
        await this.#store.put(this.#key, framed);
      },
    };
  }

  remove(): Promise<void> {
    return this.#store.delete(this.#key);
  }
}
