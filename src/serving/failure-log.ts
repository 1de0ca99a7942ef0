import type { Logger } from 'pino';

const quietMs = 1000;

/** Tells the log of failing requests: one a second in full, with how many there were since. A version that fails fails often. */
export class FailureLog {
  readonly #logger: Logger;
  #untold = 0;
  #quietUntil = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `about`: what the log says of the request. */
  tell(error: unknown, about: Readonly<Record<string, unknown>>): void {
    const now = performance.now();
    this.#untold++;
    if (now < this.#quietUntil) return;
    this.#logger.error({ err: error, ...about, failures: this.#untold }, 'request failed');
    this.#untold = 0;
    this.#quietUntil = now + quietMs;
  }
}
