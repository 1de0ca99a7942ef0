/**
 * Bounds of a mean that hold at all times at once: one may look after every value, and stop when one likes what one sees.
 */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * The asymptotic confidence sequence of a mean, for values without bounds: metrics, business values, anything with a standard error
 * (I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, "Time-uniform central limit theory and asymptotic confidence
 * sequences", Annals of Statistics 52, 2024, theorem 2.2):
 * mean +- s sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(sqrt(t rho^2 + 1) / alpha)).
 * It holds in the limit of many values, as a normal approximation does: look at it from some hundred values on, more where a few
 * values hold most of the spread.
 *
 * Of an estimate with standard error e over n values (F1 by the delta method, a difference of two sides) the standard deviation is e sqrt(n).
 * @param standardDeviation of one value (n - 1)
 * @param alpha that the mean is ever outside; for one side alone, twice of what that side may be wrong
 * @param tightest the count at which the bounds are as narrow as can be, as the authors choose rho
 * @returns infinite bounds below 2 values
 */
export function asymptoticSequence(
  { count, mean, standardDeviation }: { readonly count: number; readonly mean: number; readonly standardDeviation: number },
  alpha: number,
  tightest = 1000,
): Bounds {
  if (count < 2) return { low: -Infinity, high: Infinity };
  const rhoSquared = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tightest;
  const grown = count * rhoSquared + 1;
  const half = standardDeviation * Math.sqrt(((2 * grown) / (count * count * rhoSquared)) * Math.log(Math.sqrt(grown) / alpha));
  return { low: mean - half, high: mean + half };
}

/**
 * The empirical-Bernstein confidence sequence of the mean of values from 0 to 1 (I. Waudby-Smith and A. Ramdas, "Estimating means
 * of bounded random variables by betting", JRSS B 86, 2024, theorem 2 with the bets of formula 15): it holds for any number of
 * values, and depends on their order. The bounds after the last one, without those before.
 * @returns [0, 1] of no values
 */
export function empiricalBernsteinSequence(values: Iterable<number>, alpha: number): Bounds {
  let [count, sum, squares] = [0, 0, 0.25];
  let [weights, weighted, spent] = [0, 0, 0];
  let mean = 0.5;
  for (const value of values) {
    count++;
    const variance = squares / count;
    const bet = Math.min(0.5, Math.sqrt((2 * Math.log(2 / alpha)) / (variance * count * Math.log(1 + count))));
    weights += bet;
    weighted += bet * value;
    // 4 psi_E(bet) (x - mean before)^2, where psi_E(bet) = (-log(1 - bet) - bet) / 4
    spent += (-Math.log1p(-bet) - bet) * (value - mean) ** 2;
    sum += value;
    mean = (0.5 + sum) / (count + 1);
    squares += (value - mean) ** 2;
  }
  if (count === 0) return { low: 0, high: 1 };
  const half = (Math.log(2 / alpha) + spent) / weights;
  return { low: Math.max(0, weighted / weights - half), high: Math.min(1, weighted / weights + half) };
}
