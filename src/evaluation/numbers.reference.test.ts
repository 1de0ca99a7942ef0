import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { pairedMetrics } from '../rollout/paired-metrics.ts';
import { poissonDeviance } from '../stats/number-losses.ts';
import { answersAt, metricsOf } from './answers.ts';
import { weightedMetric } from './weighted-metric.ts';

interface Rows {
  label: number[];
  score: number[];
  weights: number[];
}
/** Made by test/reference/make_numbers.py. */
const { quantiles, counts } = JSON.parse(readFileSync(packageFile('test/reference/numbers.json'), 'utf8')) as {
  quantiles: Rows & { pinball: [alpha: number, mean: number, weighted: number][] };
  counts: Rows & { deviance: [mean: number, weighted: number]; single: number[] };
};

const near = (is: number | undefined, was: number) =>
  expect(Math.abs((is ?? NaN) - was), `${is} for ${was}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(was)));

/** Pairs whose challenger says these scores. */
const pairs = ({ label, score }: Rows) =>
  label.map((y, row) => ({
    label: String(y),
    champion: { score: 1, prediction: '1' },
    challenger: { score: score[row] ?? NaN, prediction: String(score[row]) },
  }));

describe('the pinball loss is scikit-learn’s', () => {
  it.each(quantiles.pinball)('of the quantile %d', (quantile, mean, weighted) => {
    const terms = { quantile, counts: false };
    const answers = { ...answersAt(quantiles.score, null), terms };
    near(metricsOf(quantiles.label, answers)['pinball'], mean);
    near(weightedMetric('pinball', quantiles.label, answers)(quantiles.weights), weighted);
    near(pairedMetrics('regression', pairs(quantiles), null, undefined, terms).challenger['pinball'], mean);
  });
});

describe('the Poisson deviance is scikit-learn’s', () => {
  it('of many counts, and of single ones', () => {
    const terms = { quantile: null, counts: true };
    const answers = { ...answersAt(counts.score, null), terms };
    const [mean, weighted] = counts.deviance;
    near(metricsOf(counts.label, answers)['poisson_deviance'], mean);
    near(weightedMetric('poisson_deviance', counts.label, answers)(counts.weights), weighted);
    near(pairedMetrics('regression', pairs(counts), null, undefined, terms).challenger['poisson_deviance'], mean);
    for (const [i, [label, predicted]] of (
      [
        [0, 2.5],
        [3, 3],
        [7, 0.01],
        [1e6, 1],
      ] as const
    ).entries())
      near(poissonDeviance(label, predicted), counts.single[i] ?? NaN);
  });
});
