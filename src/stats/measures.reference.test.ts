import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chiSquareTest } from './chi-square.ts';
import { jeffreysDivergence, jensenShannonDistance, kullbackLeibler, sharesOf, type SharePair } from './divergences.ts';
import { kolmogorovTail, ksPValue, ksStatistic } from './kolmogorov-smirnov.ts';
import { populationStability } from './psi.ts';
import { sortedNumbers } from './sorted-numbers.ts';
import { upperGamma } from './upper-gamma.ts';
import { wassersteinDistance } from './wasserstein.ts';

interface Numbers {
  readonly name: string;
  readonly reference: number[];
  readonly sample: number[];
  readonly ks: number;
  readonly ks_limit: number;
  readonly ks_finite: number;
  readonly wasserstein: number;
  readonly evidently: Record<'ks' | 'wasserstein' | 'psi' | 'kl_div' | 'jensenshannon', number>;
  readonly evidently_shares: [number[], number[]];
}
interface Counts {
  readonly name: string;
  readonly reference: number[];
  readonly sample: number[];
  readonly chi_square: number;
  readonly degrees: number;
  readonly p: number;
  readonly kullback_leibler: number;
  readonly psi: number;
  readonly jensen_shannon: number;
  readonly evidently: Record<'chisquare' | 'jensenshannon' | 'psi' | 'kl_div', number>;
}
const expected = JSON.parse(readFileSync(new URL('../../test/reference/measures.json', import.meta.url), 'utf8')) as {
  numbers: Numbers[];
  counts: Counts[];
  kolmogorov: [number, number][];
  upper_gamma: [number, number, number][];
};

/** To 1e-9 of its size, or of 1 where that is smaller. */
const near = (found: number, wanted: number, tolerance = 1e-9) =>
  expect(Math.abs(found - wanted), `${found}, not ${wanted}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
const near0 = (found: number, wanted: number) =>
  expect(Math.abs(found - wanted), `${found}, not ${wanted}`).toBeLessThanOrEqual(1e-9 * Math.abs(wanted) + 1e-300);

it('tails are those of SciPy, to 1e-9 of their size', () => {
  for (const [x, tail] of expected.kolmogorov) near0(kolmogorovTail(x), tail);
  for (const [a, x, tail] of expected.upper_gamma) near(upperGamma(a, x), tail);
});

describe.each(expected.numbers)('numbers: $name', (one) => {
  const [a, b] = [sortedNumbers(one.reference), sortedNumbers(one.sample)];

  it('the distances of Kolmogorov-Smirnov and Wasserstein are those of SciPy', () => {
    near(ksStatistic(a, b), one.ks);
    near(wassersteinDistance(a, b), one.wasserstein);
  });

  it("p is that of Kolmogorov's limit; SciPy's asymptotic p is of a finite number of rows and a little smaller", () => {
    const p = ksPValue(one.ks, a.length, b.length);
    near0(p, one.ks_limit);
    // SciPy 1.x takes the distribution for n m / (n + m) rows of one sample.
    expect(p).toBeGreaterThanOrEqual(one.ks_finite);
    expect(p - one.ks_finite).toBeLessThan(0.02);
    // Evidently takes SciPy's default: exact up to 10,000 rows.
    expect(Math.abs(p - one.evidently.ks)).toBeLessThan(0.02);
  });

  it("Evidently's Wasserstein distance is this one, in standard deviations of the reference", () => {
    const mean = one.reference.reduce((sum, x) => sum + x, 0) / one.reference.length;
    const deviation = Math.sqrt(one.reference.reduce((sum, x) => sum + (x - mean) ** 2, 0) / one.reference.length);
    near(wassersteinDistance(a, b) / deviation, one.evidently.wasserstein);
  });

  it("Evidently's divergences are these, of its own bins: of equal width over both samples, its zeros filled with 0.0001", () => {
    const [reference, sample] = one.evidently_shares;
    const filled: SharePair = { reference, sample };
    near(jeffreysDivergence(filled), one.evidently.psi);
    // SciPy's entropy makes shares of what no longer adds to 1 after the filling; Jensen-Shannon is of the unfilled ones.
    near(kullbackLeibler({ reference: normed(reference), sample: normed(sample) }), one.evidently.kl_div);
    const bare = { reference: unfilled(reference), sample: unfilled(sample) };
    near(jensenShannonDistance(bare), one.evidently.jensenshannon);
  });
});

const normed = (shares: readonly number[]) => shares.map((share) => share / shares.reduce((sum, one) => sum + one, 0));
const unfilled = (shares: readonly number[]) => shares.map((share) => (share <= 0.0001 ? 0 : share));

describe.each(expected.counts)('counts: $name', (one) => {
  it('chi-square, its degrees of freedom and p are those of SciPy', () => {
    const found = chiSquareTest(one.reference, one.sample);
    near(found.statistic, one.chi_square);
    expect(found.degrees).toBe(one.degrees);
    near(found.pValue, one.p);
  });

  it("Evidently's chi-square holds the reference to be the truth, and finds more: its p is smaller", () => {
    expect(one.evidently.chisquare).toBeLessThan(one.p + 1e-12);
  });

  it('the divergences are those of SciPy, with half a row added to each bin', () => {
    near(populationStability(one.reference, one.sample), one.psi);
    near(kullbackLeibler(sharesOf(one.reference, one.sample, 0.5) as SharePair), one.kullback_leibler);
    near(jensenShannonDistance(sharesOf(one.reference, one.sample, 0) as SharePair), one.jensen_shannon);
  });

  it("the distance of Jensen and Shannon is Evidently's, and so are the others where no bin is empty and nothing is added", () => {
    near(jensenShannonDistance(sharesOf(one.reference, one.sample, 0) as SharePair), one.evidently.jensenshannon);
    const bare = sharesOf(one.reference, one.sample, 0) as SharePair;
    if ([...bare.reference, ...bare.sample].includes(0)) return;
    near(jeffreysDivergence(bare), one.evidently.psi);
    near(kullbackLeibler(bare), one.evidently.kl_div);
  });
});
