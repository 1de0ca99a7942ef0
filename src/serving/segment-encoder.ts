import { Worker } from 'node:worker_threads';
import { packageFile } from '../package-root.ts';
import type { encodeSegment, EncodedSegment } from './segment-encoding.ts';

/** Of the thread's heap, MB. A segment's bytes are not on it, and no more than one row group is at a time. */
const heap = 256;
/** A file that ends the thread so often is given up: it would never be got past. */
const mostDeaths = 3;

/** What the thread answers. `final`: the file will never be readable. */
export type SegmentReply =
  { readonly segment: ReturnType<typeof encodeSegment> } | { readonly failed: string; readonly final: boolean };

/** Turns spool files into segments in a thread of its own, which is begun when there is work, and again when it has died. */
export class SegmentEncoder {
  readonly #script: string;
  /** Set to 1 by the thread when it begins with a file. In shared memory: a message may die with the thread. */
  readonly #taken = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | null = null;
  /** Of the file that is being worked on. */
  #deaths: { readonly path: string; count: number } = { path: '', count: 0 };

  /** `script`: what the thread runs. */
  constructor(script = packageFile('dist/src/serving/segment-thread.js')) {
    this.#script = script;
  }

  /**
   * One file at a time. Null where it will never be readable. Rejects where it may be later.
   */
  async encode(path: string): Promise<EncodedSegment | { readonly rows: 0; readonly damagedBytes: number } | null> {
    if (this.#deaths.path !== path) this.#deaths = { path, count: 0 };
    if (this.#deaths.count >= mostDeaths) return null;
    const reply = await this.#ask(path);
    if ('segment' in reply) return reply.segment;
    if (reply.final) return null;
    throw new Error(`A spool file is not readable: ${reply.failed}`);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #ask(path: string): Promise<SegmentReply> {
    Atomics.store(this.#taken, 0, 0);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        worker.off('message', onReply).off('error', onError).off('exit', onExit);
        act();
      };
      const onReply = (reply: SegmentReply) => settle(() => resolve(reply));
      const died = (error: Error) => {
        // A thread that could not begin says nothing about the file.
        if (Atomics.load(this.#taken, 0) === 1) this.#deaths.count++;
        settle(() => reject(error));
      };
      const onError = (error: unknown) => died(error as Error);
      const onExit = () => died(new Error('The thread that encodes segments has ended.'));
      worker.on('message', onReply).on('error', onError).on('exit', onExit);
      worker.postMessage({ path }, []);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { workerData: this.#taken, resourceLimits: { maxOldGenerationSizeMb: heap } });
    // It keeps no process alive: what it did not do is done at the next start.
    worker.unref();
    const forget = () => {
      if (this.#worker === worker) this.#worker = null;
    };
    worker.on('error', forget).on('exit', forget);
    return worker;
  }
}
