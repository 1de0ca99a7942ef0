import type { Observation } from '../monitoring/state.ts';
import type { ModelSpec } from '../spec/schema.ts';

const hour = 3_600_000;

/** What the releases of a month cost, and what one more would; nothing where no budget is stated. @param work, last in ms */
export function releaseCost(spec: Pick<ModelSpec, 'cost'>, work: number, last: number): Pick<Observation, 'cost'> {
  const { monthly, per_hour: perHour } = spec.cost ?? {};
  if (monthly === undefined || perHour === undefined) return {};
  const price = Number.parseFloat(perHour) / hour;
  return {
    cost: { spent: work * price, next: last * price, monthly: Number.parseFloat(monthly), currency: monthly.slice(-3) },
  };
}
