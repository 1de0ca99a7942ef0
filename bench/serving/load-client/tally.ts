import { createHistogram } from 'node:perf_hooks';
import type { LoadResult } from './plan.ts';

/** Counts what happens to the requests of one load. Times are ms on a monotonic clock. */
export class Tally {
  readonly #from: number;
  readonly #until: number;
  /** Microseconds; an HDR histogram of three significant digits. */
  readonly #latencies = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  readonly #errors = new Map<string, number>();
  readonly #counted = new Map<string, number>();
  readonly #seconds: number[];
  #answered = 0;
  #inTime = 0;
  #total = 0;

  /** Answers are measured in [from, until). */
  constructor(from: number, until: number) {
    this.#from = from;
    this.#until = until;
    this.#seconds = new Array<number>(Math.max(1, Math.ceil((until - from) / 1000))).fill(0);
  }

  /**
   * A request that was answered with 200.
   * @param at when it was answered
   * @param since where its latency begins: when it was sent (closed loop), or was to be sent (open loop)
   * @param turn what decides whether its latency is measured: an open loop measures what was to be sent in its time, however late
   * the answer came
   */
  answered(at: number, since: number, counted: string, turn: number): void {
    this.#total++;
    if (counted !== '') this.#counted.set(counted, (this.#counted.get(counted) ?? 0) + 1);
    if (at >= this.#from && at < this.#until) {
      const second = Math.floor((at - this.#from) / 1000);
      this.#seconds[second] = (this.#seconds[second] ?? 0) + 1;
      this.#inTime++;
    }
    if (turn < this.#from || turn >= this.#until) return;
    this.#answered++;
    this.#latencies.record(Math.max(1, Math.round((at - since) * 1000)));
  }

  failed(what: string, times = 1): void {
    if (times > 0) this.#errors.set(what, (this.#errors.get(what) ?? 0) + times);
  }

  result(): Omit<LoadResult, 'clientCpu'> {
    const ms = (percentile: number) => (this.#answered === 0 ? 0 : this.#latencies.percentile(percentile) / 1000);
    return {
      answered: this.#answered,
      perSecond: (this.#inTime * 1000) / (this.#until - this.#from),
      latency: {
        mean: this.#answered === 0 ? 0 : this.#latencies.mean / 1000,
        p50: ms(50),
        p90: ms(90),
        p99: ms(99),
        p999: ms(99.9),
        max: this.#answered === 0 ? 0 : this.#latencies.max / 1000,
      },
      errors: Object.fromEntries(this.#errors),
      counted: Object.fromEntries(this.#counted),
      seconds: this.#seconds,
      total: this.#total,
    };
  }
}
