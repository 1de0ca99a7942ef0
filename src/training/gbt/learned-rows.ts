import type { Frame } from '../../data/dataset.ts';
import { FinalError } from '../../errors.ts';

/**
 * How many of the rows, the oldest, are learned from, where the newest share of them is held back to tell when to end. Rows of one
 * moment are on one side.
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where one of the sides would be empty
 */
export function learnedRows({ rows, timestamp }: Pick<Frame, 'rows' | 'timestamp'>, share: number): number {
  let learned = rows - Math.round(rows * share);
  if (timestamp !== null && learned < rows) while (learned > 0 && timestamp[learned - 1] === timestamp[learned]) learned--;
  if (learned > 0 && learned < rows) return learned;
  const message = `early_stopping holds the newest ${share * 100}% of ${rows} rows back, which leaves ${learned} to learn from`;
  throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', `${message}.`, {
    problems: [{ subject: 'training.params.early_stopping', message, hint: 'leave early_stopping out, or gather more rows' }],
  });
}
