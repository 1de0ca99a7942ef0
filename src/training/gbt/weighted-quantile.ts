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
  const total = sum(weights, 0, values.length);
  const target = total * share;
  const close = total * rounding;
  const found = valueAt(values, weights, target - close);
  let upTo = 0;
  let next = Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value <= found) upTo += weights === null ? 1 : (weights[i] as number);
    else if (value < next) next = value;
  }
  return upTo <= target + close && next < Infinity ? found / 2 + next / 2 : found;
}

/** The first of the values in their order by which the weights come to `target`. */
function valueAt(values: Float64Array, weights: Float64Array | null, target: number): number {
  let [left, right] = [0, values.length - 1];
  // The weight of the values before `left`, none of which is greater than those from there on.
  let before = 0;
  while (left < right) {
    const pivot = middleOfThree(values[left] as number, values[(left + right) >>> 1] as number, values[right] as number);
    let [i, j] = [left, right];
    do {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      swap(values, i, j);
      if (weights !== null) swap(weights, i, j);
      i++;
      j--;
    } while (i <= j);
    // None up to j is greater than the pivot, none from i on is less, and between them they equal it.
    const lower = before + sum(weights, left, j + 1);
    if (lower >= target && j >= left) right = j;
    else {
      const middle = lower + sum(weights, j + 1, i);
      if ((middle >= target && i > j + 1) || i > right) return pivot;
      before = middle;
      left = i;
    }
  }
  return values[left] as number;
}

function swap(entries: Float64Array, a: number, b: number): void {
  const held = entries[a] as number;
  entries[a] = entries[b] as number;
  entries[b] = held;
}

function sum(weights: Float64Array | null, from: number, to: number): number {
  if (weights === null) return to - from;
  let total = 0;
  for (let i = from; i < to; i++) total += weights[i] as number;
  return total;
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
