/** Shares of the whole weight this close are equal: sums of weights carry rounding errors. */
const rounding = 1e-12;

/**
 * The value below which a share of the weight lies: the least v with weight(values <= v) >= share * total, and the middle between it and
 * the next greater one where that share is met exactly (R. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The
 * American Statistician 50, 1996, definition 2; with weights: entries of weight n count as n entries). It minimises the weighted sum
 * of the quantile loss. By quickselect (C. Hoare, "Algorithm 65: Find", CACM 4, 1961), so in linear time.
 * @param values finite, at least one; both arrays are put in another order
 * @param weights positive, one a value; null, all count 1
 * @param share from 0 to 1
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array | null, share: number): number {
  let total = values.length;
  if (weights !== null) {
    total = 0;
    for (const weight of weights) total += weight;
  }
  const target = total * share;
  const close = total * rounding;
  let [low, high] = [0, values.length];
  // Of the entries before `low`, all less than those from there on.
  let before = 0;
  // The least value known to lie above the entries from `low` to `high`.
  let above = NaN;
  for (;;) {
    const pivot = middleOfThree(values[low] as number, values[(low + high) >>> 1] as number, values[high - 1] as number);
    const [less, more] = partition(values, weights, low, high, pivot);
    const ofLess = sum(weights, low, less);
    const ofEqual = sum(weights, less, more);
    if (less > low && before + ofLess >= target - close) {
      above = pivot;
      high = less;
      continue;
    }
    const upTo = before + ofLess + ofEqual;
    if (upTo >= target - close || more === high) {
      if (Math.abs(upTo - target) > close) return pivot;
      const next = more < high ? least(values, more, high) : above;
      return Number.isNaN(next) ? pivot : pivot / 2 + next / 2;
    }
    before = upTo;
    low = more;
  }
}

/** Puts values [low, high) in the order: less than the pivot, equal, greater. Returns where the equal ones begin and end. */
function partition(
  values: Float64Array,
  weights: Float64Array | null,
  low: number,
  high: number,
  pivot: number,
): [less: number, more: number] {
  let [less, at, more] = [low, low, high];
  while (at < more) {
    const value = values[at] as number;
    if (value < pivot) swap(values, weights, at++, less++);
    else if (value > pivot) swap(values, weights, at, --more);
    else at++;
  }
  return [less, more];
}

function swap(values: Float64Array, weights: Float64Array | null, a: number, b: number): void {
  const value = values[a] as number;
  values[a] = values[b] as number;
  values[b] = value;
  if (weights === null) return;
  const weight = weights[a] as number;
  weights[a] = weights[b] as number;
  weights[b] = weight;
}

function sum(weights: Float64Array | null, from: number, to: number): number {
  if (weights === null) return to - from;
  let total = 0;
  for (let i = from; i < to; i++) total += weights[i] as number;
  return total;
}

function least(values: Float64Array, from: number, to: number): number {
  let least = values[from] as number;
  for (let i = from + 1; i < to; i++) if ((values[i] as number) < least) least = values[i] as number;
  return least;
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
