import { inWords, percent } from '../../stats/wording.ts';
import type { Rule } from './finding.ts';

/**
 * Harm: the scores of both sides for the same requests are distributed further apart than is allowed, surely. The distance is that of
 * Kolmogorov and Smirnov: the largest difference between the shares of scores up to some value. Doubt: perhaps by chance. Needs no
 * label, and a version that is better may well score otherwise: a bound for mistakes, such as a feature that is not filled.
 */
export const scoreShift: Rule = ({ score_shift: rule }, { paired }, { alpha }) => {
  const distance = paired.scoreShift;
  if (rule === undefined || distance === undefined || distance === null || paired.pairs < rule.at_least) return null;
  if (distance <= rule.above) return null;
  const because = `challenger's scores are ${percent(distance)} apart from the champion's on ${inWords(paired.pairs)} pairs, above ${percent(rule.above)}`;
  const worth = Math.max(1, paired.pairs / (paired.alike?.['score_shift'] ?? 1));
  return distance - 2 * bandAt(worth, alpha / 2) > rule.above
    ? { verdict: 'harm', because }
    : { verdict: 'doubt', because: `${because}; it could be chance` };
};

/**
 * How far the distribution function of a sample is ever from the true one, at any count at once, but with probability alpha
 * (S. R. Howard and A. Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm identification",
 * Bernoulli 28, 2022, corollary 2).
 */
function bandAt(count: number, alpha: number): number {
  return 0.85 * Math.sqrt((Math.log(Math.log(Math.E * count)) + 0.8 * Math.log(1612 / alpha)) / count);
}
