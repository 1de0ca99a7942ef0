import { budgetTerms, readBudget } from '../monitoring/budget.ts';
import type { BadCounts } from '../monitoring/burn-rate.ts';
import type { BudgetReading } from '../monitoring/state.ts';
import type { WindowStretch } from '../registry/window-series.ts';
import { bucketsAbove, type LatencySums } from '../serving/latency-sketch.ts';
import type { Budget } from '../spec/monitor-schema.ts';

/** Events in time, added up, so that those between two moments are one difference. */
class Events {
  readonly #times: number[] = [];
  readonly #sums: BadCounts[] = [];

  /** @param at never less than in the call before */
  add(at: number, { events, bad }: BadCounts): void {
    const before = this.#sums.at(-1) ?? { events: 0, bad: 0 };
    this.#times.push(at);
    this.#sums.push({ events: before.events + events, bad: before.bad + bad });
  }

  /** After `from`, up to `to`. */
  between(from: number, to: number): BadCounts {
    const [first, last] = [this.#sumAt(from), this.#sumAt(to)];
    return { events: last.events - first.events, bad: last.bad - first.bad };
  }

  #sumAt(time: number): BadCounts {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return this.#sums[low - 1] ?? { events: 0, bad: 0 };
  }
}

/** The error budgets of a policy on what is recorded, as they stood at each moment. */
export class BudgetSeries {
  readonly #budgets: readonly Budget[];
  /** By budget and version: requests, and labels as they are judged. */
  readonly #events = new Map<string, Events>();

  /** @param windows of champions, in the order of their ends */
  constructor(budgets: readonly Budget[], windows: readonly WindowStretch[]) {
    this.#budgets = budgets;
    for (const [i, budget] of budgets.entries()) {
      const { counted } = budgetTerms(budget);
      if (counted.of === 'labels') continue;
      for (const { version, until, requests, errors, latency } of windows) {
        const bad = counted.of === 'errors' ? errors : slower(latency, counted.slowerThan);
        this.#of(i, version).add(until, { events: requests, bad });
      }
    }
  }

  /** What labels that came by a moment say of a version's answers. */
  judge(version: number, at: number, { labels, bad }: { readonly labels: number; readonly bad: number }): void {
    for (const [i, budget] of this.#budgets.entries())
      if (labels > 0 && budgetTerms(budget).counted.of === 'labels') this.#of(i, version).add(at, { events: labels, bad });
  }

  /** @param now ms since 1970 */
  at(now: number, version: number): BudgetReading[] {
    return this.#budgets.map((budget, i) => readBudget(budget, (ms) => this.#of(i, version).between(now - ms, now)));
  }

  #of(budget: number, version: number): Events {
    const name = `${budget}/${version}`;
    const events = this.#events.get(name) ?? new Events();
    this.#events.set(name, events);
    return events;
  }
}

function slower({ buckets, counts }: LatencySums, ms: number): number {
  const first = bucketsAbove(ms);
  return buckets.reduce((sum, bucket, i) => sum + (bucket >= first ? (counts[i] ?? 0) : 0), 0);
}
