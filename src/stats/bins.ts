/**
 * Bins laid over reference rows, in which a later sample is counted too. Counts over the same bins add.
 * The last bin always holds the missing values.
 */
export interface Bins<Value> {
  readonly count: number;
  readonly binOf: (value: Value) => number;
}

export function countInBins<Value>(bins: Bins<Value>, values: Iterable<Value>): number[] {
  const counts = new Array<number>(bins.count).fill(0);
  for (const value of values) {
    const bin = bins.binOf(value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/**
 * Some `wanted` bins of about equally many reference rows. A value that fills a whole bin by itself (a constant, a frequent
 * zero) gets a bin of its own, so that a column that stood still and begins to move is seen at once. NaN is missing.
 */
export function quantileBins(reference: Iterable<number>, wanted = 10): Bins<number> {
  const values = Float64Array.from([...reference].filter((value) => !Number.isNaN(value))).toSorted();
  const own = new Map<number, number>();
  for (let from = 0; from < values.length;) {
    const value = values[from] as number;
    let to = from + 1;
    while (to < values.length && values[to] === value) to++;
    if ((to - from) * wanted >= values.length) own.set(value, own.size);
    from = to;
  }
  const rest = values.filter((value) => !own.has(value));
  const ranges = Math.max(1, Math.round((wanted * rest.length) / Math.max(1, values.length)));
  const upper: number[] = [];
  for (let i = 1; i < ranges; i++) {
    const edge = rest[Math.ceil((i * rest.length) / ranges) - 1];
    if (edge !== undefined && edge !== upper.at(-1) && edge !== rest.at(-1)) upper.push(edge);
  }
  const missing = own.size + upper.length + 1;
  return {
    count: missing + 1,
    binOf: (value) => (Number.isNaN(value) ? missing : (own.get(value) ?? own.size + firstNotBelow(upper, value))),
  };
}

/** The index of the first edge that is at least `value`; the number of edges where there is none. */
function firstNotBelow(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A bin for each of the `most` most frequent categories of the reference, one for its rarer ones together, and one for
 * categories that it does not know. Rare categories come and go by chance; each in a bin of its own would look like drift.
 * Null is missing.
 */
export function categoryBins(reference: Iterable<string | null>, most = 20): Bins<string | null> {
  const frequency = new Map<string, number>();
  for (const value of reference) if (value !== null) frequency.set(value, (frequency.get(value) ?? 0) + 1);
  const ordered = [...frequency].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value);
  const own = new Map(ordered.slice(0, most).map((value, bin) => [value, bin]));
  const rare = own.size;
  return {
    count: own.size + 3,
    binOf: (value) => (value === null ? rare + 2 : (own.get(value) ?? (frequency.has(value) ? rare : rare + 1))),
  };
}
