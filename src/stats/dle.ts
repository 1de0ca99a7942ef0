import type { Estimate } from './cbpe.ts';

/**
 * Direct loss estimation: what a regressor's mean absolute error is expected to be on rows whose labels are not known. A second
 * model has learned the absolute error of each row from its features and the prediction, on rows with labels; its answers for the
 * new rows are averaged (NannyML's DLE). It holds while errors depend on the features as they did. It is blind to concept drift:
 * where the same features come to mean something else, the second model expects the errors of before.
 */

/** What is known of the errors on the rows that the second model learned from. */
export interface ErrorSpread {
  readonly rows: number;
  /** Standard deviation (divided by n) of the absolute errors. */
  readonly deviation: number;
}

/**
 * The estimated mean absolute error with its interval: `z` standard errors of a mean over as many rows as these, and of what was
 * learned from finitely many. The first part is NannyML's sampling error. Never below 0.
 * @param expected the second model's answer for each row
 * @throws RangeError without rows
 */
export function estimateMae(expected: ArrayLike<number>, { rows, deviation }: ErrorSpread, z: number): Estimate {
  const count = expected.length;
  if (count === 0) throw new RangeError('No rows to estimate from.');
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.max(0, expected[i] ?? 0);
  const value = sum / count;
  const half = z * deviation * Math.sqrt(1 / count + (rows > 0 ? 1 / rows : 0));
  return { value, low: Math.max(0, value - half), high: value + half };
}
