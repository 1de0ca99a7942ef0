import { rename, unlink } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { ClosedFile } from './ndjson-spool.ts';

export type Shipment = 'shipped' | 'refused';

export interface ShipperOptions {
  /** Of the spool, for logs and metrics. */
  readonly name: string;
  /** Must be idempotent: a crash after it and before the file is removed repeats it. Rejecting means to try again later. */
  readonly ship: (path: string) => Promise<Shipment>;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** Pause after a first failure, ms; it doubles up to `longestPause`. */
  readonly pause?: number;
  readonly longestPause?: number;
}

/** Ships closed spool files in order, for ever again while the other side is away, and removes them once they are there. */
export class SpoolShipper {
  readonly #options: Required<ShipperOptions>;
  readonly #waiting: ClosedFile[] = [];
  #bytes = 0;
  #running: Promise<void> | null = null;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(options: ShipperOptions) {
    this.#options = { pause: 250, longestPause: 5000, ...options };
  }

  /** Bytes that wait to be shipped. */
  get bytes(): number {
    return this.#bytes;
  }

  add(file: ClosedFile): void {
    this.#waiting.push(file);
    this.#bytes += file.bytes;
    this.#gauge();
    if (!this.#stopped) this.#running ??= this.#run().finally(() => (this.#running = null));
  }

  /** True once nothing waits any more; false when that takes longer than `withinMs`. What waits then stays on the disk. */
  async drain(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    // A pause after a failure is cut short: a last attempt is worth making at once.
    this.#wake?.();
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
    this.#stopped = true;
    this.#wake?.();
    return this.#waiting.length === 0;
  }

  async #run(): Promise<void> {
    const { name, ship, logger, metrics } = this.#options;
    let pause = this.#options.pause;
    for (let file = this.#waiting[0]; file !== undefined && !this.#stopped; file = this.#waiting[0]) {
      try {
        const shipment = await ship(file.path);
        if (shipment === 'shipped') await unlink(file.path);
        else await rename(file.path, `${file.path}.refused`);
        (shipment === 'shipped' ? metrics.shipped : metrics.spoolRefused).inc({ spool: name });
        this.#waiting.shift();
        this.#bytes -= file.bytes;
        pause = this.#options.pause;
      } catch (error) {
        if (this.#stopped) break;
        metrics.shipFailures.inc({ spool: name });
        logger.warn({ err: error, spool: name, waiting: this.#waiting.length, again: pause }, 'spool file not shipped yet');
        await this.#sleep(pause);
        pause = Math.min(this.#options.longestPause, pause * 2);
      }
      this.#gauge();
    }
  }

  #gauge(): void {
    this.#options.metrics.spoolBytes.set({ spool: this.#options.name }, this.#bytes);
    this.#options.metrics.spoolFiles.set({ spool: this.#options.name }, this.#waiting.length);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
