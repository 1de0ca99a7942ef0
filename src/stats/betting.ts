import { logMeanExp } from './log-mean-exp.ts';

/**
 * The mean of values from -1 to 1, such as what a challenger lost against its champion on each of the same requests, tested and
 * bounded by betting (I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86, 2024,
 * section 4). Against a mean of m at most, a bet c from 0 to 1 multiplies its wealth by 1 - c + c (1 + loss) / (1 + m) with each
 * loss, which is expected to be 1 at most. The e-value is the mean over a fixed grid of bets, so that it is a function of the losses
 * and not of their order, of who saw them first, or of how they were grouped; it reaches 1/alpha with probability alpha at most,
 * whenever one looks. Each loss has to be expected to be m at most given those before it.
 */
export interface LossSums {
  /** Distinct, ascending, -1 to 1: of right and wrong answers only -1, 0 and 1. */
  readonly losses: readonly number[];
  /** How often each was met. */
  readonly counts: readonly number[];
}

/** For means from about a hundredth of the losses' variance to nearly the largest there can be. */
const bets = [0.01, 0.025, 0.06, 0.12, 0.25, 0.5, 0.9] as const;

export const noLosses: LossSums = { losses: [], counts: [] };

/** @throws RangeError for a loss that is not from -1 to 1 */
export function countLosses(losses: Iterable<number>): LossSums {
  const counts = new Map<number, number>();
  for (const loss of losses) {
    if (!(loss >= -1 && loss <= 1)) throw new RangeError(`A loss of ${loss} is not from -1 to 1.`);
    counts.set(loss, (counts.get(loss) ?? 0) + 1);
  }
  return ascending(counts);
}

export function addLosses(a: LossSums, b: LossSums): LossSums {
  const counts = new Map<number, number>();
  for (const { losses, counts: of } of [a, b])
    for (const [i, loss] of losses.entries()) counts.set(loss, (counts.get(loss) ?? 0) + (of[i] ?? 0));
  return ascending(counts);
}

/**
 * The same losses as so many times fewer of them: of values that follow each other in time and are alike, `times` of which are worth
 * one by itself (`src/stats/correlation-time.ts`). The sum of n of them varies as the sum of n / times independent ones, each of which
 * counts `times` as much. What holds for any number of independent losses then holds in the limit of many.
 * @param times at least 1
 */
export function fewerLosses({ losses, counts }: LossSums, times: number): LossSums {
  return { losses, counts: counts.map((count) => count / times) };
}

/** The logarithm of the e-value that the mean loss is above `margin` (above -1, below 1): harm at log(1 / alpha). */
export function logEValueAbove({ losses, counts }: LossSums, margin: number): number {
  // In plain loops: bounds are looked for by it, at every look of every rollout that is simulated.
  const logs = new Array<number>(bets.length);
  for (let bet = 0; bet < bets.length; bet++) {
    const stake = (bets[bet] as number) / (1 + margin);
    let sum = 0;
    for (let i = 0; i < losses.length; i++) sum += (counts[i] as number) * Math.log1p(stake * ((losses[i] as number) - margin));
    logs[bet] = sum;
  }
  return logMeanExp(logs);
}

/** The logarithm of the e-value that the mean loss is below `margin`: at log(1 / alpha) a loss that large is excluded. */
export function logEValueBelow(sums: LossSums, margin: number): number {
  return logEValueAbove(mirrored(sums), -margin);
}

/**
 * Bounds that hold the mean loss at all times at once with probability 1 - alpha: a confidence sequence, of the means that evidence
 * of alpha / 2 on neither side excludes. Not narrowed by earlier ones, so that they do not depend on when one looked. [-1, 1] of no
 * losses.
 */
export function lossBounds(sums: LossSums, alpha: number): { readonly low: number; readonly high: number } {
  return { low: lowest(sums, alpha / 2), high: -lowest(mirrored(sums), alpha / 2) };
}

/**
 * The smallest mean that is not excluded: evidence for a mean above m only falls as m grows. By halving, and once both ends are known
 * by the straight line between them (the Illinois method: M. Dowell and P. Jarratt, BIT 11, 1971).
 */
function lowest(sums: LossSums, alpha: number): number {
  const enough = Math.log(1 / alpha);
  let [out, within] = [-1, 1];
  let [beyond, short] = [Infinity, logEValueAbove(sums, 1) - enough];
  let last = 0;
  for (let step = 0; step < 50 && within - out > 1e-13; step++) {
    const middle = Number.isFinite(beyond) ? (out * short - within * beyond) / (short - beyond) : (out + within) / 2;
    const evidence = logEValueAbove(sums, middle) - enough;
    if (evidence >= 0) {
      [out, beyond] = [middle, evidence];
      if (last > 0) short /= 2;
      last = 1;
    } else {
      [within, short] = [middle, evidence];
      if (last < 0) beyond /= 2;
      last = -1;
    }
  }
  return out;
}

function mirrored({ losses, counts }: LossSums): LossSums {
  return { losses: losses.map((loss) => -loss).toReversed(), counts: counts.toReversed() };
}

function ascending(counts: ReadonlyMap<number, number>): LossSums {
  const ordered = [...counts].toSorted(([a], [b]) => a - b);
  return { losses: ordered.map(([loss]) => loss), counts: ordered.map(([, count]) => count) };
}
