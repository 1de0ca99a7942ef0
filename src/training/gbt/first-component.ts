/** Turns of the power iteration; the order of the projections settles long before the last digit of the direction. */
const turns = 100;

/**
 * The direction in which weighted points differ most: the first principal component, of length 1, by power iteration. Its greatest
 * entry is positive. Where the points do not differ, the first axis.
 * @param points of one length each, at least one entry long
 * @param weights one a point
 */
export function firstComponent(points: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const width = points[0]?.length ?? 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(width);
  points.forEach((point, i) => point.forEach((x, k) => (mean[k] = (mean[k] as number) + ((weights[i] as number) * x) / total)));
  const centred = points.map((point) => point.map((x, k) => x - (mean[k] as number)));
  // From the point that lies farthest out, which is not perpendicular to the component sought.
  const lengths = centred.map((point, i) => (weights[i] as number) * dot(point, point));
  let direction = normalised(centred[lengths.indexOf(Math.max(...lengths))] ?? mean);
  if (direction === null) return Float64Array.from({ length: width }, (_, k) => (k === 0 ? 1 : 0));
  for (let turn = 0; turn < turns; turn++) {
    const next = new Float64Array(width);
    centred.forEach((point, i) => {
      const along = (weights[i] as number) * dot(point, direction as Float64Array);
      for (let k = 0; k < width; k++) next[k] = (next[k] as number) + along * (point[k] as number);
    });
    direction = normalised(next) ?? direction;
  }
  const greatest = direction.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
  return greatest < 0 ? direction.map((x) => -x) : direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

/** Null where it has no length. */
function normalised(vector: Float64Array): Float64Array | null {
  const length = Math.sqrt(dot(vector, vector));
  return length < 1e-12 ? null : vector.map((x) => x / length);
}
