import { setTimeout as wait } from 'node:timers/promises';
import { columns } from '../serving/model/columns.ts';
import { failsAbove } from './failing-model.ts';

const callers = 2000;
const tick = 5;

/** Requests at a steady rate to gateways in turn, by callers who stay who they are. */
export class Callers {
  readonly #urls: readonly string[];
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  /** Fraction of the rows on which the challenger fails. */
  failing = 0;
  sent = 0;
  /** Requests that were not answered with 200. */
  unanswered = 0;
  /** When the champion first answered for the challenger, and when the challenger last answered by itself; ms since 1970. */
  firstError: number | null = null;
  lastOfChallenger: number | null = null;
  readonly #challenger: string;

  constructor(urls: readonly string[], challenger: number) {
    this.#urls = urls;
    this.#challenger = String(challenger);
  }

  /** @param rate requests a second */
  start(rate: number): this {
    this.#running = this.#run(rate);
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(rate: number): Promise<void> {
    const started = performance.now();
    const underWay = new Set<Promise<void>>();
    while (!this.#stopped) {
      const due = ((performance.now() - started) / 1000) * rate;
      for (; this.sent < due; this.sent++) {
        const request: Promise<void> = this.#ask(this.sent).finally(() => underWay.delete(request));
        underWay.add(request);
      }
      await wait(tick);
    }
    await Promise.all(underWay);
  }

  async #ask(n: number): Promise<void> {
    // Spread evenly, whatever the fraction, and over all callers.
    const fails = Math.floor((n + 1) * this.failing) > Math.floor(n * this.failing);
    const row = Object.fromEntries(columns.map((name, i) => [name, i === 0 && fails ? 2 * failsAbove : (n % 7) - 3]));
    try {
      const response = await fetch(this.#urls[n % this.#urls.length] ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-pawl-key': `customer ${(n * 7919) % callers}` },
        body: JSON.stringify({ row }),
      });
      await response.arrayBuffer();
      if (!response.ok) this.unanswered++;
      if (response.headers.get('x-pawl-fallback') === 'champion') this.firstError ??= Date.now();
      else if (response.headers.get('x-pawl-version') === this.#challenger) this.lastOfChallenger = Date.now();
    } catch {
      this.unanswered++;
    }
  }
}
