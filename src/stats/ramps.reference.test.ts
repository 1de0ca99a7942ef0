import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { logEValueAbove, lossBounds } from './betting.ts';
import { asymptoticSequence, empiricalBernsteinSequence } from './confidence-sequence.ts';
import { evidenceOf, logEValue } from './error-process.ts';
import { logEValueOfShare } from './quantile-sequence.ts';

/** Made by test/reference/make_ramps.py. */
const reference = JSON.parse(readFileSync(packageFile('test/reference/ramps.json'), 'utf8')) as {
  error_process: {
    ratio: number;
    segments: [share: number, champion: number, challenger: number][];
    evidence: number[];
    log_e: number;
  }[];
  betting: {
    losses: number[];
    counts: number[];
    margins: [margin: number, logE: number][];
    alpha: number;
    low: number;
    high: number;
  }[];
  asymptotic: [count: number, mean: number, deviation: number, alpha: number, tightest: number, low: number, high: number][];
  empirical_bernstein: { values: number[]; alpha: number; bounds: [count: number, low: number, high: number][] };
  quantiles: [hits: number, count: number, share: number, logE: number][];
};

const near = (is: number, was: number) => expect(Math.abs(is - was)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(was)));

describe('evidence of a ramp, as SciPy computes it', () => {
  it('is the ratio of binomial likelihoods of whom errors belong to', () => {
    for (const { ratio, segments, evidence, log_e } of reference.error_process) {
      const sum = evidenceOf(
        segments.map(([share, championErrors, challengerErrors]) => ({ share, championErrors, challengerErrors })),
        ratio,
      );
      for (const [i, log] of evidence.entries()) near(sum[i] ?? NaN, log);
      near(logEValue(sum), log_e);
    }
  });

  it('is the wealth of bets on losses, and bounds where a root finder puts them', () => {
    for (const { losses, counts, margins, alpha, low, high } of reference.betting) {
      for (const [margin, logE] of margins) near(logEValueAbove({ losses, counts }, margin), logE);
      const bounds = lossBounds({ losses, counts }, alpha);
      near(bounds.low, low);
      near(bounds.high, high);
    }
  });

  it('is the ratio of the beta-binomial to the binomial likelihood for a quantile', () => {
    for (const [hits, count, share, logE] of reference.quantiles) near(logEValueOfShare(hits, count, share), logE);
  });
});

describe("confidence sequences, by their papers' formulas over whole arrays", () => {
  it('are asymptotic for any values', () => {
    for (const [count, mean, standardDeviation, alpha, tightest, low, high] of reference.asymptotic) {
      const bounds = asymptoticSequence({ count, mean, standardDeviation }, alpha, tightest);
      near(bounds.low, low);
      near(bounds.high, high);
    }
  });

  it('are empirical-Bernstein for values from 0 to 1', () => {
    const { values, alpha, bounds } = reference.empirical_bernstein;
    for (const [count, low, high] of bounds) {
      const is = empiricalBernsteinSequence(values.slice(0, count), alpha);
      near(is.low, low);
      near(is.high, high);
    }
  });
});
