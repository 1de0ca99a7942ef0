/** Cells of equal width that the range of the edges is cut into. */
const cells = 4096;

/**
 * Rows in each bin of these edges, the missing ones (NaN) in the last: what `binOfNumber` says of each, for many at once. A
 * value's cell says from which edge on to look, mostly the right one, where a search would compare five times.
 * @param edges ascending
 */
export function countNumbers(edges: readonly number[], values: Float64Array): number[] {
  const counts = new Float64Array(edges.length + 2);
  const missing = edges.length + 1;
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  // A last edge that nothing is above ends the search.
  const limits = Float64Array.of(...edges, Infinity);
  const scale = high > low && Number.isFinite(high - low) ? cells / (high - low) : 0;
  const starts = startsOf(edges, low, scale);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) {
      counts[missing] = (counts[missing] as number) + 1;
      continue;
    }
    const cell = (value - low) * scale;
    let bin = cell > 0 ? (starts[cell < cells ? cell | 0 : cells] as number) : 0;
    while ((limits[bin] as number) < value) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return [...counts];
}

/** Of each cell a bin that none of its values is below. */
function startsOf(edges: readonly number[], low: number, scale: number): Uint8Array | Uint32Array {
  const starts = edges.length < 256 ? new Uint8Array(cells + 1) : new Uint32Array(cells + 1);
  let bin = 0;
  for (let cell = 0; cell <= cells; cell++) {
    // By the same arithmetic that values are put into cells with: edges of earlier cells are below all values of this one.
    while (bin < edges.length && Math.min(cells, Math.floor(((edges[bin] as number) - low) * scale)) < cell) bin++;
    starts[cell] = bin;
  }
  return starts;
}
