import { errorNames } from '../stats/number-losses.ts';
import { figure, percent, points } from '../stats/wording.ts';
import type { MonitorPolicy, Observation } from './state.ts';

/**
 * The champion's live label metric against its evaluation at release: accuracy lower by more than `accuracy_drop` points, or
 * MAE, or the error that the champion is judged by, higher by more than `mae_rise` of itself. Null while there is nothing to answer, or nothing measured: the observation
 * leaves metrics out below `performance.at_least` labels.
 */
export function performanceFall({ live, baseline }: Observation, { performance }: MonitorPolicy): string | null {
  const [accuracy, was] = [live['accuracy'], baseline['accuracy']];
  if (accuracy !== undefined && was !== undefined && was - accuracy > performance.accuracy_drop) {
    return `accuracy fell from ${percent(was)} at release to ${percent(accuracy)}, by ${points(was - accuracy)} where ${points(performance.accuracy_drop)} are allowed`;
  }
  const metric = (['pinball', 'poisson_deviance'] as const).find((one) => live[one] !== undefined && baseline[one] !== undefined);
  const [error, before] = [live[metric ?? 'mae'], baseline[metric ?? 'mae']];
  if (error !== undefined && before !== undefined && error > before * (1 + performance.mae_rise)) {
    return `${errorNames[metric ?? 'mae']} rose from ${figure(before)} at release to ${figure(error)}, by more than the ${percent(performance.mae_rise)} allowed`;
  }
  return null;
}
