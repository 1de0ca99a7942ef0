import { errorWindows } from '../src/registry/error-windows.ts';
import type { Registry } from '../src/registry/registry.ts';
import { sumWindows, type WindowFilter } from '../src/registry/windows.ts';
import { countErrors, type CountedErrors, nothingCounted } from '../src/rollout/capped-segments.ts';
import { addLatency, type LatencySums, noLatency } from '../src/serving/latency-sketch.ts';

/** Windows that ended so long ago have all been written, but for those of a gateway that was cut off, ms. */
const settlesAfter = 60_000;
/** What has settled is added so often, ms. */
const settlesEvery = 30_000;
/** And everything is read again so often, for windows that a gateway kept while the registry was away, ms. */
const forgetsAfter = 300_000;

/**
 * Something that adds over windows, kept as far as it has settled: a guard looks each second, and a day of windows takes seconds to
 * add. Late windows are missed for five minutes at most.
 */
export class Settled<Sum> {
  readonly #nothing: Sum;
  readonly #read: (before: Sum, since: Date, until: Date | undefined) => Promise<Sum>;
  #kept: Sum;
  #upTo = 0;
  #begunAt = 0;

  /** `read`: `before` and the windows that ended after `since`, by `until`, together. */
  constructor(nothing: Sum, read: (before: Sum, since: Date, until: Date | undefined) => Promise<Sum>) {
    this.#nothing = nothing;
    this.#kept = nothing;
    this.#read = read;
  }

  /** Over all windows there are. @param now ms since 1970; never less than in the call before */
  async at(now: number): Promise<Sum> {
    if (now - this.#begunAt >= forgetsAfter) {
      this.#kept = this.#nothing;
      this.#upTo = 0;
      this.#begunAt = now;
    }
    const settled = now - settlesAfter;
    if (settled - this.#upTo >= settlesEvery) {
      this.#kept = await this.#read(this.#kept, new Date(this.#upTo), new Date(settled));
      this.#upTo = settled;
    }
    return this.#read(this.#kept, new Date(this.#upTo), undefined);
  }
}

/** What a guard goes by of the windows of one version. */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencySums;
}

export const noCounts: Counts = { requests: 0, errors: 0, latency: noLatency };

export function settledCounts(registry: Registry, filter: WindowFilter): Settled<Counts> {
  return new Settled<Counts>(noCounts, async (before, since, until) => {
    const sum = await sumWindows(registry, { ...filter, since, ...(until === undefined ? {} : { until }) });
    return {
      requests: before.requests + sum.requests,
      errors: before.errors + sum.errors,
      latency: addLatency(before.latency, sum.latency),
    };
  });
}

export interface ErrorFilter {
  readonly model: string;
  readonly champion: number;
  readonly challenger: number;
  readonly sinceRevision: number;
  /** Only some callers take part, and the champion's windows hold all. */
  readonly segmented: boolean;
}

/** @param shares fraction of the callers that each revision gives to the challenger */
export function settledErrors(
  registry: Registry,
  filter: ErrorFilter,
  shares: ReadonlyMap<number, number>,
): Settled<CountedErrors> {
  return new Settled<CountedErrors>(nothingCounted, async (before, since, until) => {
    const times = { since, ...(until === undefined ? {} : { until }) };
    const rows = await errorWindows(registry, { ...filter, ...times });
    if (rows.length === 0) return before;
    const realised = new Map<number, number>();
    if (filter.segmented)
      for (const revision of new Set(rows.map((row) => row.revision)))
        realised.set(revision, await realisedShare(registry, filter, revision, times));
    const windows = rows.map(({ role, ...row }) => {
      const share = shares.get(row.revision) ?? 0;
      return { ...row, side: role, share: share > 0 && share < 1 ? (realised.get(row.revision) ?? share) : share };
    });
    return countErrors(before, windows);
  });
}

/** The challenger's of all requests; in thousandths, so that segments stay few. */
async function realisedShare(
  registry: Registry,
  { model, champion, challenger }: ErrorFilter,
  revision: number,
  times: { readonly since: Date; readonly until?: Date },
): Promise<number> {
  const [others, own] = await Promise.all([
    sumWindows(registry, { model, version: champion, revision, role: 'champion', ...times }),
    sumWindows(registry, { model, version: challenger, revision, role: 'challenger', ...times }),
  ]);
  const all = others.requests + own.requests;
  return all === 0 ? 0 : Math.round((1000 * own.requests) / all) / 1000;
}
