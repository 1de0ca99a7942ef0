import { figure, percent, points } from '../stats/wording.ts';
import type { MonitorPolicy, Observation } from './state.ts';

/**
 * The champion's live label metric against its evaluation at release: accuracy lower by more than `accuracy_drop` points, or
 * MAE higher by more than `mae_rise` of itself. Null while there is nothing to answer, or nothing measured: the observation
 * leaves metrics out below `performance.at_least` labels.
 */
export function performanceFall({ live, baseline }: Observation, { performance }: MonitorPolicy): string | null {
  const [accuracy, was] = [live['accuracy'], baseline['accuracy']];
  if (accuracy !== undefined && was !== undefined && was - accuracy > performance.accuracy_drop) {
    return `accuracy fell from ${percent(was)} at release to ${percent(accuracy)}, by ${points(was - accuracy)} where ${points(performance.accuracy_drop)} are allowed`;
  }
  const [mae, before] = [live['mae'], baseline['mae']];
  if (mae !== undefined && before !== undefined && mae > before * (1 + performance.mae_rise)) {
    return `MAE rose from ${figure(before)} at release to ${figure(mae)}, by more than the ${percent(performance.mae_rise)} allowed`;
  }
  return null;
}
