import type { CostSpec } from '../spec/cost-schema.ts';
import { type Price, priceOf } from './prices.ts';
import { addUsage, noUsage, type Usage } from './step.ts';

/** What the steps of one model in one group used. */
export interface ModelUse extends Usage {
  /** Of the group: a name, or `key=value` of a tag. Null where a spec named none. */
  readonly name: string | null;
  readonly model: string;
  readonly releases: number;
  /** Attempts that did something, by how they ended; those that run or were lost with their worker are in `unfinished`. */
  readonly done: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly taken: number;
  readonly trials: number;
  /** What the steps that were taken had used where they were done. */
  readonly spared: Usage;
}

/** What a group used, and what it costs at the rates of the specs in force. */
export interface CostLine extends Omit<ModelUse, 'model'> {
  /** One amount for each currency; empty where no model of the group has a rate. */
  readonly cost: readonly Price[];
  /** What steps that were taken would have cost. */
  readonly saved: readonly Price[];
  /** Models whose specs state no rate: what they used is in the counts, and in no amount. */
  readonly unpriced: readonly string[];
}

/** Adds up the models of each group. @param costOf what the spec in force of a model says */
export function costLines(uses: readonly ModelUse[], costOf: (model: string) => CostSpec | undefined): CostLine[] {
  const lines = new Map<string | null, CostLine>();
  for (const { model, ...use } of uses) {
    const before = lines.get(use.name) ?? emptyLine(use.name);
    const [price, saved] = [priceOf(use, costOf(model)), priceOf(use.spared, costOf(model))];
    lines.set(use.name, {
      name: use.name,
      releases: before.releases + use.releases,
      done: before.done + use.done,
      failed: before.failed + use.failed,
      unfinished: before.unfinished + use.unfinished,
      taken: before.taken + use.taken,
      trials: before.trials + use.trials,
      ...addUsage(before, use),
      spared: addUsage(before.spared, use.spared),
      cost: plus(before.cost, price),
      saved: plus(before.saved, saved),
      unpriced: price === null && !before.unpriced.includes(model) ? [...before.unpriced, model] : before.unpriced,
    });
  }
  return [...lines.values()];
}

function emptyLine(name: string | null): CostLine {
  const counts = { releases: 0, done: 0, failed: 0, unfinished: 0, taken: 0, trials: 0 };
  return { name, ...counts, ...noUsage, spared: noUsage, cost: [], saved: [], unpriced: [] };
}

function plus(prices: readonly Price[], price: Price | null): Price[] {
  if (price === null) return [...prices];
  const { currency } = price;
  const amount = prices.reduce((sum, one) => (one.currency === currency ? sum + one.amount : sum), price.amount);
  return [...prices.filter((one) => one.currency !== currency), { amount, currency }];
}
