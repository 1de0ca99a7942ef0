/** The rows of one group, as far as their thresholds depend on them. */
export interface ScoredGroup {
  readonly value: string;
  readonly label: ArrayLike<number>;
  readonly score: ArrayLike<number>;
}

export interface GroupThresholds {
  /** At or above it the positive class is predicted, by group. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Of everybody else: the threshold that gives all rows together that rate. */
  readonly otherwise: number;
  /** The true-positive rate that all groups have, as nearly as their rows allow: at least this, by less than one row. */
  readonly truePositive: number;
  /** Groups with too few positive rows for a threshold of their own. */
  readonly left: readonly string[];
}

/**
 * Thresholds under which all groups have the same true-positive rate, and of all such the most answers are right (M. Hardt, E. Price
 * and N. Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016, section 4: equal opportunity). They are found by
 * going through every rate that some group can have. Without the paper's randomisation, which only matters where many rows share a
 * score: the same caller gets the same answer twice. Thresholds lie half-way between two scores, so that rounding moves nobody.
 * @param leastPositives a group with fewer positive rows goes by the threshold of all rows
 * @returns null where no group has enough
 */
export function equalOpportunity(groups: readonly ScoredGroup[], leastPositives: number): GroupThresholds | null {
  const all = curveOf(
    groups.flatMap((group) => Array.from(group.score, (score, row) => ({ score, label: group.label[row] ?? 0 }))),
  );
  const own = groups.map((group) => ({
    value: group.value,
    curve: curveOf(Array.from(group.score, (score, row) => ({ score, label: group.label[row] ?? 0 }))),
  }));
  const judged = own.filter(({ curve }) => curve.positives >= Math.max(1, leastPositives));
  if (judged.length === 0) return null;
  const rates = new Set(judged.flatMap(({ curve }) => curve.points.map(({ hits }) => hits / curve.positives)));
  let best: { rate: number; right: number } | null = null;
  for (const rate of [...rates].toSorted((a, b) => b - a)) {
    const right = judged.reduce((sum, { curve }) => {
      const { hits, falseAlarms } = pointAt(curve, rate);
      return sum + hits + (curve.negatives - falseAlarms);
    }, 0);
    if (best === null || right > best.right) best = { rate, right };
  }
  const rate = best?.rate ?? 1;
  return {
    thresholds: Object.fromEntries(judged.map(({ value, curve }) => [value, pointAt(curve, rate).threshold])),
    otherwise: pointAt(all, rate).threshold,
    truePositive: rate,
    left: own.filter((group) => !judged.includes(group)).map(({ value }) => value),
  };
}

/** What a threshold leads to, from the highest threshold, which nobody reaches, to the lowest, which everybody does. */
interface Curve {
  readonly positives: number;
  readonly negatives: number;
  readonly points: readonly { readonly threshold: number; readonly hits: number; readonly falseAlarms: number }[];
}

function curveOf(rows: readonly { readonly score: number; readonly label: number }[]): Curve {
  const ordered = rows.toSorted((a, b) => b.score - a.score);
  const highest = ordered[0]?.score ?? 1;
  const points = [{ threshold: (highest + Math.max(1, highest)) / 2, hits: 0, falseAlarms: 0 }];
  let [hits, falseAlarms] = [0, 0];
  for (let i = 0; i < ordered.length;) {
    const score = ordered[i]?.score ?? 0;
    for (; i < ordered.length && ordered[i]?.score === score; i++) {
      if (ordered[i]?.label === 1) hits++;
      else falseAlarms++;
    }
    points.push({ threshold: (score + (ordered[i]?.score ?? Math.min(0, score))) / 2, hits, falseAlarms });
  }
  return { positives: hits, negatives: falseAlarms, points };
}

/** The highest threshold that gives at least this true-positive rate. */
function pointAt({ points, positives }: Curve, rate: number): Curve['points'][number] {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.hits ?? 0) >= rate * positives - 1e-9) high = middle;
    else low = middle + 1;
  }
  return points[low] as Curve['points'][number];
}
