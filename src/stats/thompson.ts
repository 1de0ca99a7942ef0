import { logBeta } from './log-gamma.ts';

/** Right and wrong answers of one version. */
export interface Rewards {
  readonly right: number;
  readonly wrong: number;
}

/** Where all four counts are larger, the sum below gives way to the normal approximation, which is then within 0.002. */
const exactUpTo = 5000;

/**
 * The probability that `a` is right more often than `b`, each rate under a uniform prior, so that its posterior is
 * Beta(right + 1, wrong + 1). That is the share which Thompson sampling gives to `a` (W. R. Thompson, Biometrika 25, 1933).
 * Whichever count is the smallest is summed over: being right more often is being wrong less often, and one probability is what
 * the other leaves, so that each of the four can take the first place.
 * @returns 0 to 1; 0.5 without any answers
 */
export function probabilityBetter(a: Rewards, b: Rewards): number {
  const [alphaA, betaA, alphaB, betaB] = [a.right + 1, a.wrong + 1, b.right + 1, b.wrong + 1];
  const smallest = Math.min(alphaA, betaA, alphaB, betaB);
  if (smallest > exactUpTo) return normalBetter(alphaA, betaA, alphaB, betaB);
  if (smallest === alphaA) return exceeds(alphaA, betaA, alphaB, betaB);
  if (smallest === alphaB) return 1 - exceeds(alphaB, betaB, alphaA, betaA);
  if (smallest === betaB) return exceeds(betaB, alphaB, betaA, alphaA);
  return 1 - exceeds(betaA, alphaA, betaB, alphaB);
}

/**
 * P(X > Y) for independent X ~ Beta(alphaX, betaX) and Y ~ Beta(alphaY, betaY), in closed form for a whole alphaX: the sum over
 * i < alphaX of B(alphaY + i, betaX + betaY) / ((betaX + i) B(1 + i, betaX) B(alphaY, betaY)) (E. Miller, "Formulas for Bayesian
 * A/B Testing", 2014).
 */
function exceeds(alphaX: number, betaX: number, alphaY: number, betaY: number): number {
  const whole = logBeta(alphaY, betaY);
  let sum = 0;
  for (let i = 0; i < alphaX; i++) {
    sum += Math.exp(logBeta(alphaY + i, betaX + betaY) - Math.log(betaX + i) - logBeta(1 + i, betaX) - whole);
  }
  return Math.min(1, Math.max(0, sum));
}

/** The same with both posteriors taken for normal. */
function normalBetter(alphaA: number, betaA: number, alphaB: number, betaB: number): number {
  const mean = (alpha: number, beta: number) => alpha / (alpha + beta);
  const variance = (alpha: number, beta: number) => (alpha * beta) / ((alpha + beta) ** 2 * (alpha + beta + 1));
  const spread = Math.sqrt(variance(alphaA, betaA) + variance(alphaB, betaB));
  return normalCdf((mean(alphaA, betaA) - mean(alphaB, betaB)) / spread);
}

/** Abramowitz and Stegun, 26.2.17; absolute error below 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  const polynomial = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const upper = density * polynomial;
  return z >= 0 ? 1 - upper : upper;
}
