/**
 * The weighted mean of what `valueOf` says of the rows [from, to).
 * @param weights null, all rows count 1
 * @returns 0 where the weights are all 0
 */
export function weightedMean(weights: Float64Array | null, from: number, to: number, valueOf: (row: number) => number): number {
  let [sum, total] = [0, 0];
  for (let row = from; row < to; row++) {
    const weight = weights === null ? 1 : (weights[row] as number);
    sum += weight * valueOf(row);
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

/** Multiplies both derivatives of the first `rows` rows by the rows' weights. */
export function weigh(
  { gradient, hessian }: { readonly gradient: Float64Array; readonly hessian: Float64Array },
  weights: Float64Array | null,
  rows: number,
): void {
  if (weights === null) return;
  for (let row = 0; row < rows; row++) {
    const weight = weights[row] as number;
    gradient[row] = (gradient[row] as number) * weight;
    hessian[row] = (hessian[row] as number) * weight;
  }
}
