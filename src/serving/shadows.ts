/** Shadows that wait or are being scored; beyond so many the next ones are shed. */
const most = 1000;

/** Scores off the caller's path: after the answer has gone out, and given up before it could slow the next one. */
export class Shadows {
  readonly #shed: (model: string) => void;
  #under = 0;
  #idle: (() => void)[] = [];

  constructor(shed: (model: string) => void) {
    this.#shed = shed;
  }

  /** `score` must not reject. */
  offer(model: string, score: () => Promise<void>): void {
    if (this.#under >= most) return this.#shed(model);
    this.#under++;
    setImmediate(() => void score().finally(() => this.#done()));
  }

  /** Resolves once nothing is under way. */
  idle(): Promise<void> {
    return this.#under === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #done(): void {
    this.#under--;
    if (this.#under > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
