import { TransientError } from '../errors.ts';
import type { Traffic } from './local-cache.ts';

export interface WatchOptions {
  /** The traffic as the registry has it. */
  readonly read: () => Promise<Traffic>;
  /** Calls back when the traffic may have changed, and for ever connects again; a lost notification is made up by the poll. */
  readonly listen: (onChange: () => void) => { close(): Promise<void> };
  /** `askedAt`: monotonic, ms, from before the reading began. */
  readonly onTraffic: (traffic: Traffic, askedAt: number) => void | Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly monotonic: () => number;
  readonly pollMs?: number;
  /** A reading that takes longer is given up, ms. */
  readonly timeoutMs?: number;
}

/** Follows the traffic in the registry: at each notification and at least once a second. One reading at a time, so that none overtakes another. */
export class AssignmentWatch {
  readonly #options: Required<WatchOptions>;
  readonly #listener: { close(): Promise<void> };
  readonly #running: Promise<void>;
  #closed = false;
  /** Something changed since the last reading began. */
  #stale = false;
  #wake: (() => void) | null = null;

  private constructor(options: WatchOptions) {
    this.#options = { pollMs: 1000, timeoutMs: 5000, ...options };
    this.#listener = options.listen(() => this.look());
    this.#running = this.#run();
  }

  static start(options: WatchOptions): AssignmentWatch {
    return new AssignmentWatch(options);
  }

  /** Reads again now, or right after the reading that is under way. */
  look(): void {
    this.#stale = true;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#running;
    await this.#listener.close();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#stale = false;
      const { monotonic, onTraffic, onFailure } = this.#options;
      const askedAt = monotonic();
      try {
        const traffic = await this.#read();
        if (!this.#closed) await onTraffic(traffic, askedAt);
      } catch (error) {
        onFailure(error);
      }
      await this.#pause();
    }
  }

  async #read(): Promise<Traffic> {
    const { read, timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new TransientError('PAWL_REGISTRY_UNAVAILABLE', `The registry did not answer within ${timeoutMs} ms.`)),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([read(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #pause(): Promise<void> {
    if (this.#closed || this.#stale) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, this.#options.pollMs);
      this.#wake = done;
    });
  }
}
