import type { ObjectStore } from '../src/storage/object-store.ts';
import type { TrainingControl } from '../src/training/trainer.ts';

/** Checkpoints carry their position in front, so that the story can say where a training went on. */
const header = 8;

/** The checkpoint of one training in the object store, where the next worker finds it. */
export class StoredCheckpoint {
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #bytes: Uint8Array | null;
  /** Units of work that an earlier attempt had already done; 0 where there was none. */
  readonly resumedFrom: number;

  private constructor(store: ObjectStore, key: string, saved: Buffer | null) {
    this.#store = store;
    this.#key = key;
    this.#bytes = saved?.subarray(header) ?? null;
    this.resumedFrom = saved === null ? 0 : Number(saved.readBigUInt64LE(0));
  }

  static async open(store: ObjectStore, key: string): Promise<StoredCheckpoint> {
    const saved = (await store.exists(key)) ? Buffer.from(await store.get(key)) : null;
    return new StoredCheckpoint(store, key, saved);
  }

  /** What a trainer is told: where to go on, and where to save. */
  control(): Pick<TrainingControl, 'checkpoint' | 'onCheckpoint'> {
    return {
      ...(this.#bytes === null ? {} : { checkpoint: this.#bytes }),
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
