import { errorWindows } from '../src/registry/error-windows.ts';
import type { Registry } from '../src/registry/registry.ts';
import { settledTime, sumWindows, type WindowFilter } from '../src/registry/windows.ts';
import { countErrors, type CountedErrors, nothingCounted } from '../src/rollout/capped-segments.ts';
import { addLatency, type LatencySums, noLatency } from '../src/serving/latency-sketch.ts';

/** What has settled is added so often, ms. */
const settlesEvery = 30_000;

export interface SettlingTimes {
  /** ms on a clock that only goes forward. */
  readonly monotonic: () => number;
  /** What the registry got so long ago is seen by everybody, ms: no write takes as long. */
  readonly settlesAfter: number;
}
const usual: SettlingTimes = { monotonic: () => performance.now(), settlesAfter: 60_000 };

/** From after one moment, or the beginning, to another, or now; by when the registry got a window, and not by when that ended. */
interface Arrival {
  readonly writtenAfter?: Date;
  readonly writtenBy?: Date;
}

/**
 * Something that adds over windows, kept as far as it has settled: a guard looks each second, and a day of windows takes seconds to
 * add. Each window is added once, in the order of arrival, so that one that a gateway kept to itself for hours is counted as soon as
 * it comes.
 */
export class Settled<Sum> {
  readonly #registry: Registry;
  readonly #read: (before: Sum, arrival: Arrival) => Promise<Sum>;
  /** Replaced as a whole: two who look at once add the same windows to the same sum. */
  #kept: { readonly sum: Sum; readonly upTo: Arrival };
  readonly #times: SettlingTimes;
  #settlesAt = -Infinity;

  /** `read`: `before` and the windows that arrived within a time, together. */
  constructor(registry: Registry, nothing: Sum, read: (before: Sum, arrival: Arrival) => Promise<Sum>, times = usual) {
    this.#registry = registry;
    this.#kept = { sum: nothing, upTo: {} };
    this.#read = read;
    this.#times = times;
  }

  /** Over all windows there are. */
  async sum(): Promise<Sum> {
    const { monotonic, settlesAfter } = this.#times;
    if (monotonic() >= this.#settlesAt) {
      const { sum, upTo } = this.#kept;
      const settled = await settledTime(this.#registry, settlesAfter);
      this.#kept = { sum: await this.#read(sum, { ...upTo, writtenBy: settled }), upTo: { writtenAfter: settled } };
      this.#settlesAt = monotonic() + settlesEvery;
    }
    return this.#read(this.#kept.sum, this.#kept.upTo);
  }
}

/** What a guard goes by of the windows of one version. */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencySums;
}

export const noCounts: Counts = { requests: 0, errors: 0, latency: noLatency };

export function settledCounts(registry: Registry, filter: WindowFilter, times?: SettlingTimes): Settled<Counts> {
  const read = async (before: Counts, arrival: Arrival) => {
    const sum = await sumWindows(registry, { ...filter, ...arrival });
    return {
      requests: before.requests + sum.requests,
      errors: before.errors + sum.errors,
      latency: addLatency(before.latency, sum.latency),
    };
  };
  return new Settled<Counts>(registry, noCounts, read, times);
}

export interface ErrorFilter {
  readonly model: string;
  readonly champion: number;
  readonly challenger: number;
  readonly sinceRevision: number;
}

/** @param shares fraction of the callers that each revision gives to the challenger */
export function settledErrors(
  registry: Registry,
  filter: ErrorFilter,
  shares: ReadonlyMap<number, number>,
): Settled<CountedErrors> {
  return new Settled<CountedErrors>(registry, nothingCounted, async (before, arrival) => {
    const rows = await errorWindows(registry, { ...filter, ...arrival });
    if (rows.length === 0) return before;
    const windows = rows.map(({ role, ...row }) => ({ ...row, side: role, share: shares.get(row.revision) ?? 0 }));
    return countErrors(before, windows);
  });
}
