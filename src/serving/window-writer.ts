import type { Logger } from 'pino';
import { FinalError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { WindowRow } from '../registry/windows.ts';
import { mergeWindows } from './windows.ts';

const batchRows = 500;
/** Beyond so many rows, those that wait are merged: a long absence of the registry costs resolution, not counts. */
const maxWaiting = 2000;

/** Brings windows to the registry, for ever again while it is away. A row that was tried once is never changed any more. */
export class WindowWriter {
  readonly #write: (rows: WindowRow[]) => Promise<unknown>;
  readonly #logger: Logger;
  readonly #metrics: GatewayMetrics;
  /** Tried at least once, perhaps written. */
  #batch: WindowRow[] = [];
  #waiting: WindowRow[] = [];
  #writing: Promise<boolean> | null = null;

  /** `write` is idempotent on a row's key. */
  constructor(write: (rows: WindowRow[]) => Promise<unknown>, logger: Logger, metrics: GatewayMetrics) {
    this.#write = write;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  add(rows: readonly WindowRow[]): void {
    this.#waiting.push(...rows);
    if (this.#waiting.length > maxWaiting) this.#waiting = mergeWindows(this.#waiting);
    this.#metrics.windowsQueued.set(this.#batch.length + this.#waiting.length);
  }

  /** Writes all that waits; false where the registry did not take it and it is to be tried again. Never rejects. */
  write(): Promise<boolean> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #writeAll(): Promise<boolean> {
    for (;;) {
      if (this.#batch.length === 0) this.#batch = this.#waiting.splice(0, batchRows);
      if (this.#batch.length === 0) return true;
      try {
        await this.#write(this.#batch);
      } catch (error) {
        const final = error instanceof FinalError;
        this.#logger[final ? 'error' : 'warn'](
          { err: error, rows: this.#batch.length },
          final ? 'windows refused by the registry' : 'windows not written yet',
        );
        if (!final) return false;
      }
      this.#batch = [];
      this.#metrics.windowsQueued.set(this.#waiting.length);
    }
  }
}
