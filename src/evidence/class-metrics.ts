import type { ClassReport } from '../evaluation/class-reports.ts';
import type { MeasuredMetric } from './slice-metrics.ts';

/**
 * Recall and precision of each of three classes or more.
 * @param label the column that holds the classes
 * @param confidence of each end of the intervals
 */
export function classMetrics(reports: readonly ClassReport[], label: string, confidence: number): MeasuredMetric[] {
  return reports.flatMap(({ class: name, rows, predicted, recall, precision }) =>
    [
      { metric: 'recall', rate: recall, rows, slice: `${label} is ${name}` },
      { metric: 'precision', rate: precision, rows: predicted, slice: `the answer is ${name}` },
    ].flatMap(({ rate, ...measured }) => {
      if (rate === null) return [];
      const { value, low, high } = rate;
      return [{ ...measured, value, interval: { low, high, confidence, method: 'Wilson' } }];
    }),
  );
}
