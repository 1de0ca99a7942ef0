import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import type { MetricName } from '../spec/evaluation-schema.ts';
import { normalDistribution, normalQuantile } from '../stats/normal.ts';
import { varianceInflation } from '../stats/variance-inflation.ts';
import { answersAt, metricsOf } from './answers.ts';
import { compare } from './comparison.ts';
import { equalOpportunity } from './group-thresholds.ts';
import { quantileInterval } from './limits.ts';
import { midPValue, scoreInterval } from './paired-accuracy.ts';
import { plattScaling } from './platt.ts';
import { differenceInterval, ratioInterval } from './proportion-gaps.ts';

type Pair = [number, number];
/** Made by test/reference/make_gates.py. */
const reference = JSON.parse(readFileSync(packageFile('test/reference/gates.json'), 'utf8')) as {
  normal: { quantile: Pair[]; distribution: Pair[] };
  paired: { rows: number; gained: number; lost: number; p: number; low: number; high: number }[];
  proportions: Record<'first' | 'second' | 'difference' | 'ratio', Pair>[];
  bootstrap: Record<'label' | 'own' | 'other', number[]> & {
    metrics: Record<string, number>;
    gains: Record<MetricName, [number, number, number]>;
  };
  regression: { label: number[]; score: number[]; metrics: Record<string, number> };
  platt: { x: number[]; label: number[]; slope: number; offset: number };
  quantile: { values: number[]; low: number; high: number };
  in_order: { values: number[]; inflation: number };
  opportunity: { groups: { value: string; label: number[]; score: number[] }[]; rate: number; right: number };
};

const near = (is: number | undefined, was: number) =>
  expect(Math.abs((is ?? NaN) - was), `${is} for ${was}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(was)));
const proportion = ([hits, trials]: Pair) => ({ hits, trials });

describe('the normal distribution', () => {
  it('is SciPy’s, far into its tails', () => {
    for (const [share, z] of reference.normal.quantile) near(normalQuantile(share), z);
    for (const [z, share] of reference.normal.distribution) near(normalDistribution(z) / share, 1);
  });
});

describe('a comparison of two versions', () => {
  it('has the p-value of McNemar’s test as statsmodels and SciPy tell it, and Tango’s interval', () => {
    for (const { p, low, high, ...table } of reference.paired) {
      near(midPValue(table), p);
      const interval = scoreInterval(table, 0.95);
      near(interval.low, low);
      near(interval.high, high);
    }
  });

  it.each(Object.entries(reference.bootstrap.gains) as [MetricName, [number, number, number]][])(
    'has the BCa interval that SciPy makes of the same samples: %s',
    async (metric, [gain, low, high]) => {
      const { label, own, other } = reference.bootstrap;
      const found = await compare(metric, label, answersAt(own, 0.5), answersAt(other, 0.5), 0.95, false);
      near(found.gain, gain);
      near(found.interval?.low, low);
      near(found.interval?.high, high);
    },
  );
});

describe('metrics', () => {
  it('are scikit-learn’s', () => {
    const { label, own, metrics } = reference.bootstrap;
    const found = metricsOf(label, answersAt(own, 0.5));
    for (const [name, value] of Object.entries(metrics)) near(found[name], value);
    const numbers = metricsOf(reference.regression.label, answersAt(reference.regression.score, null));
    for (const [name, value] of Object.entries(reference.regression.metrics)) near(numbers[name], value);
  });
});

describe('intervals', () => {
  it('of a difference and a ratio of proportions are statsmodels’ (newcomb, log-adjusted)', () => {
    for (const { first, second, difference, ratio } of reference.proportions) {
      const [gap, quotient] = [differenceInterval, ratioInterval].map((of) => of(proportion(first), proportion(second), 0.95));
      near(gap?.low, difference[0]);
      near(gap?.high, difference[1]);
      near(quotient?.low, ratio[0]);
      near(quotient?.high, ratio[1]);
    }
  });

  it('of a quantile are SciPy’s', () => {
    const { values, low, high } = reference.quantile;
    expect(quantileInterval(Float64Array.from(values), 0.99, 0.95)).toEqual({ low, high });
  });
});

describe('rows in time order', () => {
  it('vary together as statsmodels’ Newey-West errors say', () => {
    const { values, inflation } = reference.in_order;
    expect(inflation).toBeGreaterThan(2);
    near(varianceInflation(values), inflation);
  });
});

describe('what is learned after the training', () => {
  it('fits Platt’s curve where SciPy finds its minimum', () => {
    const { x, label, slope, offset } = reference.platt;
    const found = plattScaling(x, label);
    near(found.slope, slope);
    near(found.offset, offset);
  });

  it('finds the equal true-positive rate that a search through scikit-learn’s ROC curves finds', () => {
    const { groups, rate, right } = reference.opportunity;
    const found = equalOpportunity(groups, 1);
    near(found?.truePositive, rate);
    const answered = groups.flatMap(({ value, label, score }) =>
      score.map((p, row) => (p >= (found?.thresholds[value] ?? NaN) ? 1 : 0) === label[row]),
    );
    expect(answered.filter(Boolean)).toHaveLength(right);
  });
});
