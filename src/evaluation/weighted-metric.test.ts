import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricName } from '../spec/evaluation-schema.ts';
import { answersAt, metricsOf } from './answers.ts';
import { weightedMetric } from './weighted-metric.ts';

const scored = fc.array(
  fc.record({ label: fc.constantFrom(0, 1), score: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1), weight: fc.nat(3) }),
  { minLength: 1, maxLength: 40 },
);

describe('a metric of weighted rows', () => {
  it.each([
    ['a classifier', 0.5, ['accuracy', 'auc', 'f1', 'precision', 'recall', 'log_loss', 'brier', 'ece']],
    ['a regression', null, ['mae', 'rmse', 'r2', 'pinball', 'poisson_deviance']],
  ] as [string, number | null, MetricName[]][])('is that of the rows, each as often as it weighs: %s', (_, threshold, names) =>
    fc.assert(
      fc.property(scored, (rows) => {
        const terms = { quantile: 0.9, counts: true };
        // Of counts every prediction is above 0.
        const scoreOf = ({ score }: { score: number }) => (threshold === null ? score + 0.01 : score);
        const answers = {
          ...answersAt(rows.map(scoreOf), threshold),
          terms,
        };
        const label = rows.map((row) => row.label);
        const repeated = rows.flatMap((row) => Array.from({ length: row.weight }, () => row));
        const expected = metricsOf(
          repeated.map((row) => row.label),
          {
            ...answersAt(repeated.map(scoreOf), threshold),
            terms,
          },
        );
        for (const name of names) {
          const found = weightedMetric(name, label, answers)(rows.map(({ weight }) => weight));
          const value = expected[name];
          if (value === undefined)
            expect(Number.isFinite(found) && repeated.length > 0 && name !== 'precision', name).toBe(false);
          else expect(found, name).toBeCloseTo(value, 9);
        }
      }),
    ),
  );
});
