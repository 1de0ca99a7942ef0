import type { MetricName } from '../spec/evaluation-schema.ts';
import { bandwidth, varianceInflation } from '../stats/variance-inflation.ts';
import { type Answers, metricsOf, workOf } from './answers.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import { higherIsBetter } from './comparison.ts';
import type { StatedInterval } from './gate-result.ts';
import { proportionInterval } from './proportion-gaps.ts';
import { weightedMetric } from './weighted-metric.ts';

/** Rows with what a version says of them, and how sure an interval has to be. */
interface Measured {
  readonly label: ArrayLike<number>;
  readonly answers: Answers;
  /** Whether the rows are in time order, where neighbours are alike: they are counted for no more than they say. */
  readonly inOrder: boolean;
  /** Of each end. */
  readonly confidence: number;
}

/**
 * What metrics may really be: accuracy by Wilson's interval, any other by the bootstrap, all of them of the same draws.
 * @returns null for a metric that has no interval on these rows
 */
export async function metricIntervals(names: readonly MetricName[], measured: Measured): Promise<(StatedInterval | null)[]> {
  const { label, answers, inOrder, confidence } = measured;
  const drawn = names.filter((name) => name !== 'accuracy');
  const statistics = drawn.map((name) => weightedMetric(name, label, answers));
  const block = inOrder ? bandwidth(label.length) : 1;
  const found =
    drawn.length === 0
      ? []
      : await bootstrapIntervals(label.length, statistics, confidence, block, workOf(label.length, answers));
  return names.map((name) => {
    if (name === 'accuracy') return accuracyInterval(measured);
    const interval = found[drawn.indexOf(name)];
    return interval ? { ...interval, confidence, method: 'bootstrap (BCa)' } : null;
  });
}

/** Of every metric that has a value on these rows; those without an interval are left out. */
export async function allIntervals(measured: Measured): Promise<Record<string, StatedInterval>> {
  const values = metricsOf(measured.label, measured.answers);
  const names = (Object.keys(higherIsBetter) as MetricName[]).filter((name) => values[name] !== undefined);
  const intervals = await metricIntervals(names, measured);
  return Object.fromEntries(
    names.flatMap((name, i) => {
      const interval = intervals[i];
      return interval == null ? [] : [[name, interval] as const];
    }),
  );
}

function accuracyInterval({ label, answers, inOrder, confidence }: Measured): StatedInterval {
  const right = Uint8Array.from(label, (y, row) => (answers.call?.[row] === y ? 1 : 0));
  const inflation = inOrder ? varianceInflation(right) : 1;
  const hits = right.reduce((sum, one) => sum + one, 0) / inflation;
  return { ...proportionInterval({ hits, trials: label.length / inflation }, confidence), confidence, method: 'Wilson' };
}
