/**
 * Shiryaev-Roberts e-detectors (J. Shin, A. Ramdas, A. Rinaldo, "E-detectors: a nonparametric framework for sequential change
 * detection", New England Journal of Statistics in Data Science 2024, arXiv 2203.03532, section 2) for counts in bins.
 *
 * A bet says that a function g of the bin, from 0 to 1, whose mean was m, has risen so that its odds are `odds` times as high:
 * theta = odds m / (1 - m + odds m). Each row multiplies what the bet holds, and 1 more, by 1 + (g - m) (theta - m) / (m (1 - m)),
 * which is expected to be 1 while the mean is m, whenever betting began. What is held so grows by 1 a row on average, and takes n
 * rows on average or more before it reaches n: an alarm at n comes once in n rows or less often where nothing has changed. That
 * something has fallen is the same bet on 1 - g. A weighted mean of bets is such a detector again.
 *
 * Rows that follow each other may be alike. Where so many rows are worth one (`correlation`), each factor is taken to the power of
 * 1 / correlation: sums of many rows vary by that much more than sums of independent ones do, and that is the power at which the
 * products are again expected to be 1 (to the second order).
 */
export interface DetectorState {
  /** What each bet holds, in the order of `bets`. */
  readonly held: readonly number[];
  /** The likeliest stretch of a change up to now, for each function and direction: up, then down, of each function in turn. */
  readonly stretches: readonly Stretch[];
}

/** Where a CUSUM of the bet at 2.7 times the odds last began. */
export interface Stretch {
  /** Sum of logarithms since then; 0 where there is no stretch. */
  readonly growth: number;
  /** `at` of its first row. */
  readonly since: number;
  readonly rows: number;
  /** Sum of the rows' values. */
  readonly total: number;
}

/** One function of the bin. */
export interface WatchedFunction {
  /** By bin, each 0 to 1. */
  readonly values: readonly number[];
  /** Its mean while nothing has changed, above 0 and below 1. */
  readonly mean: number;
  /** Of the evidence, the share that bets on this function; all together 1. */
  readonly weight: number;
  /** Whether a fall of it is looked for as well. */
  readonly falls: boolean;
}

/** From changes that take thousands of rows to be seen to those that a few rows show. */
const odds = [1.6, 2.7, 6, 20];
/** What each of them is given: large changes are seen within a few rows whatever they are given; most goes to 0.2 standard deviations. */
const shares = [0.2, 0.6, 0.15, 0.05];
/** Whose CUSUM tells since when. */
const telling = odds.indexOf(2.7);

/** What a row in each bin multiplies each bet by. Laid out by bin. */
export interface BetTable {
  readonly bets: number;
  /** By bet: its share of the evidence. */
  readonly weights: Float64Array;
  /** factors[bin * bets + bet]. */
  readonly factors: Float64Array;
  /** logs[bin * stretches + stretch], of the telling bets. */
  readonly logs: Float64Array;
  /** told[bin * stretches + stretch]: the function that the stretch is about, as it was given. */
  readonly told: Float64Array;
  readonly stretches: number;
}

/** @param correlation rows that are worth one, at least 1 */
export function betTable(functions: readonly WatchedFunction[], correlation: number): BetTable {
  const sides = functions.flatMap((watched) =>
    watched.falls
      ? [
          { ...watched, weight: watched.weight / 2, told: watched.values },
          {
            values: watched.values.map((value) => 1 - value),
            mean: 1 - watched.mean,
            weight: watched.weight / 2,
            told: watched.values,
          },
        ]
      : [{ ...watched, told: watched.values }],
  );
  const bins = functions[0]?.values.length ?? 0;
  const bets = sides.length * odds.length;
  const table = {
    bets,
    weights: new Float64Array(bets),
    factors: new Float64Array(bins * bets),
    logs: new Float64Array(bins * sides.length),
    told: new Float64Array(bins * sides.length),
    stretches: sides.length,
  };
  for (const [side, { values, mean, weight, told }] of sides.entries()) {
    for (const [bin, value] of told.entries()) table.told[bin * sides.length + side] = value;
    for (const [i, ratio] of odds.entries()) {
      const bet = side * odds.length + i;
      const claimed = (ratio * mean) / (1 - mean + ratio * mean);
      const slope = (claimed - mean) / (mean * (1 - mean));
      table.weights[bet] = weight * (shares[i] ?? 0);
      let [last, log, factor] = [NaN, 0, 1];
      for (const [bin, value] of values.entries()) {
        // Most bins of a category are alike: the same value again has the same logarithm.
        if (value !== last) {
          log = Math.log1p(slope * (value - mean)) / correlation;
          factor = Math.exp(log);
          last = value;
        }
        table.factors[bin * bets + bet] = factor;
        if (i === telling) table.logs[bin * sides.length + side] = log;
      }
    }
  }
  return table;
}

/** A detector at work: it is changed by each row, and written down as plain JSON between batches. */
export class EDetector {
  readonly held: Float64Array;
  readonly #growth: Float64Array;
  readonly #since: Float64Array;
  readonly #rows: Float64Array;
  readonly #total: Float64Array;

  /** @param state null for one that has seen nothing */
  constructor(table: Pick<BetTable, 'bets' | 'stretches'>, state: DetectorState | null) {
    this.held = Float64Array.from(state?.held ?? new Array<number>(table.bets).fill(0));
    const of = (key: keyof Stretch) => Float64Array.from({ length: table.stretches }, (_, i) => state?.stretches[i]?.[key] ?? 0);
    [this.#growth, this.#since, this.#rows, this.#total] = [of('growth'), of('since'), of('rows'), of('total')];
  }

  /**
   * One row.
   * @param value what stretches add up, such as the number behind the bin; null for the function of the bin itself
   * @param at its time, or its place in the stream
   * @param most what all bets together hold at most, so that evidence that was true once does not outlive its truth by long
   */
  add(table: BetTable, bin: number, value: number | null, at: number, most: number): void {
    const { bets, weights, factors, logs, told, stretches } = table;
    const { held } = this;
    const from = bin * bets;
    let evidence = 0;
    for (let bet = 0; bet < bets; bet++) {
      const next = ((held[bet] as number) + 1) * (factors[from + bet] as number);
      held[bet] = next;
      evidence += next * (weights[bet] as number);
    }
    if (evidence > most) for (let bet = 0; bet < bets; bet++) held[bet] = (held[bet] as number) * (most / evidence);
    for (let stretch = 0; stretch < stretches; stretch++) {
      const growth = (this.#growth[stretch] as number) + (logs[bin * stretches + stretch] as number);
      if (growth <= 0) {
        this.#growth[stretch] = this.#rows[stretch] = this.#total[stretch] = 0;
        continue;
      }
      if (this.#growth[stretch] === 0) this.#since[stretch] = at;
      this.#growth[stretch] = growth;
      this.#rows[stretch] = (this.#rows[stretch] as number) + 1;
      this.#total[stretch] = (this.#total[stretch] as number) + (value ?? (told[bin * stretches + stretch] as number));
    }
  }

  /** Rows in which so much comes once by chance, or more. */
  evidence({ weights }: BetTable): number {
    let sum = 0;
    for (let bet = 0; bet < this.held.length; bet++) sum += (this.held[bet] as number) * (weights[bet] as number);
    return sum;
  }

  /** The function and direction that holds the most, by its place among the stretches. */
  strongest({ weights, stretches }: BetTable): number {
    let [best, most] = [0, -1];
    for (let side = 0; side < stretches; side++) {
      let sum = 0;
      for (let bet = side * odds.length; bet < (side + 1) * odds.length; bet++) {
        sum += (this.held[bet] as number) * (weights[bet] as number);
      }
      if (sum > most) [best, most] = [side, sum];
    }
    return best;
  }

  state(): DetectorState {
    return {
      held: Array.from(this.held),
      stretches: Array.from(this.#growth, (growth, i) => ({
        growth,
        since: this.#since[i] ?? 0,
        rows: this.#rows[i] ?? 0,
        total: this.#total[i] ?? 0,
      })),
    };
  }
}
