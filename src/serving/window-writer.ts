import { FinalError } from '../errors.ts';
import type { WindowRow } from '../registry/windows.ts';
import { mergeWindows } from './merge-windows.ts';
import { WindowSpool, type WindowSpoolOptions } from './window-spool.ts';

export interface WindowWriterOptions extends WindowSpoolOptions {
  /** How long the registry may take for a batch before it counts as away, ms. Default 5000. */
  readonly patienceMs?: number;
}

const batchRows = 500;
/** Beyond so many rows in memory, those that were never tried are merged. */
const maxWaiting = 2000;

/**
 * Brings windows to the registry. Those that it does not take wait on the local disk, and where that refuses too, in memory,
 * merged: a long absence costs resolution, not counts. A row that was tried once is never changed any more, so that it counts once.
 */
export class WindowWriter {
  readonly #options: WindowWriterOptions;
  readonly #spool: WindowSpool;
  #batch: WindowRow[] = [];
  /** The batch may be in the registry or on the disk. */
  #tried = false;
  #waiting: WindowRow[] = [];
  #writing: Promise<boolean> | null = null;
  #closing = false;
  #giveUp: (() => void) | null = null;

  private constructor(options: WindowWriterOptions, spool: WindowSpool) {
    this.#options = options;
    this.#spool = spool;
  }

  /** Ships what an earlier process left behind, and takes windows from now on. */
  static async open(options: WindowWriterOptions): Promise<WindowWriter> {
    return new WindowWriter(options, await WindowSpool.open(options));
  }

  add(rows: readonly WindowRow[]): void {
    this.#waiting.push(...rows);
    if (this.#waiting.length > maxWaiting) this.#waiting = mergeWindows(this.#waiting);
    this.#gauge();
  }

  /** Brings all that is in memory to the registry or the disk; false where some of it stays in memory. Never rejects. */
  write(): Promise<boolean> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    return this.#writing;
  }

  /** Writes what is left, and ships for at most `withinMs` each. What the registry has not taken then stays on the disk. */
  async close(withinMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#closing = true;
      this.#giveUp?.();
    }, withinMs);
    await this.write();
    // What was added while that went on.
    const written = await this.write();
    clearTimeout(timer);
    const { logger } = this.#options;
    const rows = this.#batch.length + this.#waiting.length;
    if (!written) logger.error({ rows }, 'windows lost: neither the registry nor the local disk takes them');
    await this.#spool.close(withinMs).catch((error: unknown) => logger.error({ err: error }, 'windows not shipped'));
  }

  async #writeAll(): Promise<boolean> {
    const emptied = await this.#empty();
    await this.#spool.turn().catch((error: unknown) => this.#options.logger.error({ err: error }, 'windows not handed on'));
    return emptied;
  }

  async #empty(): Promise<boolean> {
    for (;;) {
      if (this.#batch.length === 0) {
        this.#batch = this.#waiting.splice(0, batchRows);
        this.#tried = false;
      }
      if (this.#batch.length === 0) return true;
      if (!(await this.#written()) && !(await this.#spooled())) return false;
      this.#batch = [];
      this.#gauge();
    }
  }

  /** Straight to the registry, unless others wait for it already. */
  async #written(): Promise<boolean> {
    if (this.#closing || !this.#spool.empty) return false;
    this.#tried = true;
    try {
      await this.#inTime(this.#options.write(this.#batch));
      return true;
    } catch (error) {
      const rows = this.#batch.length;
      // What it refuses for good is refused again from the spool, and kept there.
      if (!(error instanceof FinalError)) this.#options.logger.warn({ err: error, rows }, 'windows not written yet');
      return false;
    }
  }

  async #spooled(): Promise<boolean> {
    if (this.#spool.full) return false;
    try {
      await (this.#tried ? this.#spool.appendTried(this.#batch) : this.#spool.append(this.#batch));
      return true;
    } catch (error) {
      this.#tried = true;
      this.#options.logger.error({ err: error }, 'the local disk refuses windows; they stay in memory');
      return false;
    }
  }

  async #inTime(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      this.#giveUp = () => reject(new Error('The registry does not answer in time.'));
      timer = setTimeout(this.#giveUp, this.#options.patienceMs ?? 5000);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      this.#giveUp = null;
    }
  }

  #gauge(): void {
    this.#options.metrics.windowsQueued.set(this.#batch.length + this.#waiting.length);
  }
}
