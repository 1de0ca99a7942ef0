import { setTimeout as sleep } from 'node:timers/promises';
import type { HalfHour, Market } from './market.ts';

const day = 86_400_000;
/** Half hours after which the market has told what really happened. */
const labelDelay = 48;
const callers = 400;

export interface ReplayOptions {
  readonly market: Market;
  readonly rows: readonly HalfHour[];
  /** `http://127.0.0.1:8460` */
  readonly gateway: string;
  readonly model: string;
  /** Where the rows land as their days end. */
  readonly folder: string;
  /** Rows a second. */
  readonly rate: number;
}

/** The recorded months as live traffic: each row a request, each label sent a day later, each day's rows landing in the source. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #answers: { id: string; label: string }[] = [];
  #stopped = false;
  #next = 0;
  /** Requests sent, failed answers, and answers by version. */
  sent = 0;
  failed = 0;
  readonly byVersion = new Map<number, number>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** The market's own time. */
  get now(): Date {
    const { rows } = this.#options;
    return new Date(rows[Math.min(this.#next, rows.length - 1)]?.at ?? 0);
  }

  get exhausted(): boolean {
    return this.#next >= this.#options.rows.length;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Goes on until stopped or out of rows. Requests are paced by the clock, not by the answers. */
  async run(): Promise<void> {
    const { rows, rate } = this.#options;
    const started = performance.now();
    const inFlight = new Set<Promise<void>>();
    let landed = startOfDay(rows[0]?.at ?? 0);
    while (!this.#stopped && !this.exhausted) {
      const due = Math.floor(((performance.now() - started) / 1000) * rate);
      while (this.#next < Math.min(due, rows.length) && inFlight.size < 64) {
        const half = rows[this.#next++] as HalfHour;
        const request: Promise<void> = this.#ask(half).finally(() => inFlight.delete(request));
        inFlight.add(request);
        if (startOfDay(half.at) > landed) {
          await this.#options.market.land(this.#options.folder, new Date(landed), new Date(startOfDay(half.at)));
          landed = startOfDay(half.at);
          await this.#feedBack(labelDelay);
        }
      }
      await sleep(10);
    }
    await Promise.all(inFlight);
    await this.#feedBack(0);
  }

  async #ask(half: HalfHour): Promise<void> {
    const { gateway, model } = this.#options;
    const key = `household-${Math.floor(Math.random() * callers)}`;
    this.sent++;
    try {
      const answer = await post(`${gateway}/v1/models/${model}/predict`, { row: half.row, key });
      const prediction = (answer as { predictions: { id: string; version: number }[] }).predictions[0];
      if (prediction === undefined) throw new Error('an answer without a prediction');
      this.byVersion.set(prediction.version, (this.byVersion.get(prediction.version) ?? 0) + 1);
      this.#answers.push({ id: prediction.id, label: half.label });
    } catch {
      this.failed++;
    }
  }

  /** Sends the labels of all but the newest `keep` answers. */
  async #feedBack(keep: number): Promise<void> {
    const known = this.#answers.splice(0, Math.max(0, this.#answers.length - keep));
    if (known.length > 0) await post(`${this.#options.gateway}/v1/models/${this.#options.model}/feedback`, { labels: known });
  }
}

const startOfDay = (at: number) => Math.floor(at / day) * day;

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
