/**
 * Spares a version that fails again and again, and those who wait for it: after so many failures in a row it is not asked for
 * a while, then one request tries it. The pause doubles with each try that fails.
 */
const failuresToOpen = 10;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Times are ms on a clock that only goes forward. */
export class Breaker {
  #failures = 0;
  #pauseMs = firstPauseMs;
  /** Not asked before; 0 while it is closed. */
  #until = 0;
  #trying = false;

  /** Whether the version may be asked now. While the breaker is open, one request after each pause may. */
  allows(now: number): boolean {
    if (this.#until === 0) return true;
    if (this.#trying || now < this.#until) return false;
    this.#trying = true;
    return true;
  }

  get open(): boolean {
    return this.#until !== 0;
  }

  succeeded(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#pauseMs = firstPauseMs;
    this.#until = 0;
    this.#trying = false;
  }

  failed(now: number): void {
    this.#failures++;
    if (this.#until === 0) {
      if (this.#failures < failuresToOpen) return;
    } else if (!this.#trying) return;
    else this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#trying = false;
    this.#until = now + this.#pauseMs;
  }

  /** The try came to nothing that says anything of the version (a row that it refused): another request may try. */
  undecided(): void {
    this.#trying = false;
  }
}
