import { figure } from '../stats/wording.ts';
import type { Observation } from './state.ts';

/** Why no release of the model's own accord may begin, by what a month may cost; null where one may, or nothing is stated. */
export function overBudget(cost: Observation['cost']): string | null {
  if (!cost || cost.spent + cost.next <= cost.monthly) return null;
  const money = (amount: number) => `${figure(Number(amount.toFixed(2)))} ${cost.currency}`;
  return `${money(cost.spent)} of ${money(cost.monthly)} for the month are spent, and a retrain costs ${money(cost.next)}`;
}
