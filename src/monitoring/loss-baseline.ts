import type { LossBaseline } from './loss.ts';
import type { MonitorPolicy } from './state.ts';

/** What a version may lose, from the metrics of its evaluation; null where they lack what it takes. */
export function lossBaseline(
  task: LossBaseline['task'],
  metrics: Readonly<Record<string, number>>,
  { performance }: Pick<MonitorPolicy, 'performance'>,
): LossBaseline | null {
  const { accuracy, mae } = metrics;
  if (task === 'regression') {
    return mae === undefined || mae <= 0 ? null : { task, loss: mae, allowed: mae * (1 + performance.mae_rise) };
  }
  return accuracy === undefined ? null : { task, loss: 1 - accuracy, allowed: 1 - accuracy + performance.accuracy_drop };
}
