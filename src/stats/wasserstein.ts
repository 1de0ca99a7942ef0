/**
 * The area between the distribution functions of two samples: how far a row of one has to be carried on average to become the
 * other (first Wasserstein distance, earth mover's distance). As the area between their quantile functions (S. Vallender, Theory
 * of Probability 18, 1974): a loop that goes up two sorted arrays at a steady pace, which is faster than merging them.
 * @param a ascending, finite @param b ascending, finite
 * @returns in the values' own unit; NaN where a sample is empty
 */
export function wassersteinDistance(a: Float64Array, b: Float64Array): number {
  const [rows, others] = [a.length, b.length];
  if (rows === 0 || others === 0) return NaN;
  // Shares are counted in units of 1 / (rows others), whole numbers.
  let [i, j, at, area] = [0, 0, 0, 0];
  while (i < rows && j < others) {
    const [ofA, ofB] = [(i + 1) * others, (j + 1) * rows];
    const next = ofA <= ofB ? ofA : ofB;
    area += Math.abs((a[i] as number) - (b[j] as number)) * (next - at);
    at = next;
    if (ofA === next) i++;
    if (ofB === next) j++;
  }
  return area / (rows * others);
}

/**
 * The same from counts over bins, estimated: within a bin both samples are taken to be spread evenly. Beyond the outermost edges
 * nothing is known but how many there are. They are taken to be as far out on average as an exponential tail would put them
 * whose fall is that of the reference between its last two bins. A sample that left the range of the reference altogether is so
 * put too near: the Kolmogorov-Smirnov distance shows it.
 * @param edges ascending, n of them @param reference n + 1 counts @param sample n + 1 counts over the same bins
 * @returns NaN where a sample is empty; 0 where there are no edges
 */
export function wassersteinOfCounts(edges: readonly number[], reference: readonly number[], sample: readonly number[]): number {
  const [a, b] = [below(reference), below(sample)];
  if (Number.isNaN(a[0]) || Number.isNaN(b[0])) return NaN;
  const last = edges.length - 1;
  if (last < 0) return 0;
  let area = 0;
  for (let i = 0; i < last; i++) {
    const width = (edges[i + 1] as number) - (edges[i] as number);
    area += width * meanDistance((a[i] as number) - (b[i] as number), (a[i + 1] as number) - (b[i + 1] as number));
  }
  if (last === 0) return 0;
  const first = tailLength((edges[1] as number) - (edges[0] as number), reference[0] ?? 0, reference[1] ?? 0);
  const end = tailLength((edges[last] as number) - (edges[last - 1] as number), reference[last + 1] ?? 0, reference[last] ?? 0);
  const off = (i: number) => Math.abs((a[i] as number) - (b[i] as number));
  return area + first * off(0) + end * off(last);
}

/** The share of rows below each edge. */
function below(counts: readonly number[]): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return counts.map((count) => (sum += count) / rows);
}

/** The mean of |d| where d goes straight from one value to another. */
function meanDistance(from: number, to: number): number {
  if (from * to >= 0) return Math.abs(from + to) / 2;
  return (from * from + to * to) / (2 * (Math.abs(from) + Math.abs(to)));
}

/** Mean excess of an exponential tail that `beyond` rows are in, and `beside` rows in the `width` before it. */
function tailLength(width: number, beyond: number, beside: number): number {
  return beyond > 0 && beside > 0 ? width / Math.log((beyond + beside) / beyond) : width;
}
