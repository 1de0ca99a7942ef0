import type { MonitorPolicy, Observation } from './state.ts';

/** A fall of the champion's label metric against its evaluation at release; null while there is none worth an answer. */
export function performanceFall({ live, baseline }: Observation, { performance }: MonitorPolicy): string | null {
  const [accuracy, was] = [live['accuracy'], baseline['accuracy']];
  if (accuracy !== undefined && was !== undefined && was - accuracy > performance.accuracy_drop) {
    return `Accuracy fell to ${percent(accuracy)} from ${percent(was)} at release, more than ${percent(performance.accuracy_drop)} lower`;
  }
  const [mae, before] = [live['mae'], baseline['mae']];
  if (mae !== undefined && before !== undefined && mae > before * (1 + performance.mae_rise)) {
    return `MAE rose to ${mae.toPrecision(4)} from ${before.toPrecision(4)} at release, more than ${percent(performance.mae_rise)} higher`;
  }
  return null;
}

const percent = (fraction: number) => `${Number((fraction * 100).toFixed(1))} %`;
