import { errorWindows } from '../src/registry/error-windows.ts';
import type { Registry } from '../src/registry/registry.ts';
import { readSettledSum, writeSettledSum } from '../src/registry/settled-sums.ts';
import { settledTime, sumWindows, type WindowFilter } from '../src/registry/windows.ts';
import { type CountedErrors, countErrors, nothingCounted } from '../src/rollout/capped-segments.ts';
import { addLatency, type LatencySums, noLatency } from '../src/serving/latency-sketch.ts';

/** What has settled is added so often, ms. */
const settlesEvery = 30_000;
/** And written down for a guard after this one so often, ms. */
const keepsEvery = 300_000;

interface SettlingTimes {
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

/** What adds over windows. */
interface Adding<Sum> {
  readonly model: string;
  /** Says of which windows, and in which form the sum is kept. */
  readonly name: string;
  readonly nothing: Sum;
  /** `before` and the windows that arrived within a time, together. */
  read(before: Sum, arrival: Arrival): Promise<Sum>;
  /** As plain JSON, and back. */
  pack(sum: Sum): unknown;
  unpack(packed: unknown): Sum;
}

/**
 * Something that adds over windows, kept as far as it has settled: a guard looks each second, and a day of windows takes ten seconds
 * to add. Each window is added once, in the order of arrival, so that one that a gateway kept to itself for hours is counted as soon
 * as it comes. What was added is kept in the registry too, for the guard that comes after this one.
 */
export class Settled<Sum> {
  readonly #registry: Registry;
  readonly #adding: Adding<Sum>;
  readonly #times: SettlingTimes;
  /** Replaced as a whole: two who look at once add the same windows to the same sum. Null before the first look. */
  #settled: { readonly sum: Sum; readonly upTo: Arrival } | null = null;
  #settlesAt = -Infinity;
  #keepsAt = -Infinity;

  constructor(registry: Registry, adding: Adding<Sum>, times = usual) {
    this.#registry = registry;
    this.#adding = adding;
    this.#times = times;
  }

  /** Over all windows there are. */
  async sum(): Promise<Sum> {
    const now = this.#times.monotonic();
    let settled = this.#settled ?? (await this.#kept());
    if (now >= this.#settlesAt) {
      const time = await settledTime(this.#registry, this.#times.settlesAfter);
      const sum = await this.#adding.read(settled.sum, { ...settled.upTo, writtenBy: time });
      this.#settled = settled = { sum, upTo: { writtenAfter: time } };
      this.#settlesAt = now + settlesEvery;
      if (now >= this.#keepsAt) {
        const { model, name } = this.#adding;
        await writeSettledSum(this.#registry, model, name, { upTo: time, sum: this.#adding.pack(sum) });
        this.#keepsAt = now + keepsEvery;
      }
    }
    return this.#adding.read(settled.sum, settled.upTo);
  }

  async #kept() {
    const { model, name, nothing } = this.#adding;
    const kept = await readSettledSum(this.#registry, model, name);
    return kept === null ? { sum: nothing, upTo: {} } : { sum: this.#adding.unpack(kept.sum), upTo: { writtenAfter: kept.upTo } };
  }
}

/** What a guard goes by of the windows of one version. */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencySums;
}

export const noCounts: Counts = { requests: 0, errors: 0, latency: noLatency };

/** From a revision on, in these roles, or in all. */
export function settledCounts(
  registry: Registry,
  filter: Required<Pick<WindowFilter, 'model' | 'version' | 'sinceRevision'>> & Pick<WindowFilter, 'roles'>,
  times?: SettlingTimes,
): Settled<Counts> {
  const { model, version, sinceRevision, roles } = filter;
  const adding: Adding<Counts> = {
    model,
    name: `counts of v${version} since revision ${sinceRevision}, ${roles?.join(' ') ?? 'all'}`,
    nothing: noCounts,
    async read(before, arrival) {
      const sum = await sumWindows(registry, { ...filter, ...arrival });
      return {
        requests: before.requests + sum.requests,
        errors: before.errors + sum.errors,
        latency: addLatency(before.latency, sum.latency),
      };
    },
    pack: (sum) => sum,
    unpack: (packed) => packed as Counts,
  };
  return new Settled(registry, adding, times);
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
  times?: SettlingTimes,
): Settled<CountedErrors> {
  const { model, champion, challenger, sinceRevision } = filter;
  const adding: Adding<CountedErrors> = {
    model,
    name: `errors by caller of v${challenger} against v${champion} since revision ${sinceRevision}`,
    nothing: nothingCounted,
    async read(before, arrival) {
      const rows = await errorWindows(registry, { ...filter, ...arrival });
      if (rows.length === 0) return before;
      const windows = rows.map(({ role, ...row }) => ({ ...row, side: role, share: shares.get(row.revision) ?? 0 }));
      return countErrors(before, windows);
    },
    pack: ({ segments, callers }) => ({ segments, callers: [...callers] }),
    unpack(packed) {
      const { segments, callers } = packed as { segments: CountedErrors['segments']; callers: number[] };
      return { segments, callers: new Set(callers) };
    },
  };
  return new Settled(registry, adding, times);
}
