import type { Observation } from '../monitoring/state.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { priceOf } from '../steps/prices.ts';
import type { Usage } from '../steps/step.ts';

/** What the releases of a month cost, and what one more would; nothing where no budget is stated. */
export function releaseCost(spec: Pick<ModelSpec, 'cost'>, month: Usage, next: Usage): Pick<Observation, 'cost'> {
  const { monthly } = spec.cost ?? {};
  const [spent, one] = [priceOf(month, spec.cost), priceOf(next, spec.cost)];
  if (monthly === undefined || spent === null || one === null) return {};
  return {
    cost: { spent: spent.amount, next: one.amount, monthly: Number.parseFloat(monthly), currency: spent.currency },
  };
}
