import { FinalError, type Problem } from '../errors.ts';
import type { TrainingJob } from './trainer.ts';

/** @throws FinalError PAWL_TRAINING_IMPOSSIBLE where there is nothing to learn from, or values that no model can take. */
export function checkJob({ task, frame }: TrainingJob): void {
  if (frame.rows === 0) throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'There is no row to learn from.');
  const problems: Problem[] = [];
  const labels = frame.label.reduce((count, y) => count + (Number.isFinite(y) ? 0 : 1), 0);
  if (labels > 0) problems.push({ subject: 'label', message: `${labels} labels are no finite numbers` });
  for (const name of frame.features) {
    const column = frame.columns[name];
    if (column?.type !== 'number') continue;
    const infinite = column.values.reduce((count, value) => count + (Math.abs(value) === Infinity ? 1 : 0), 0);
    const hint = 'set `min` and `max` in the contract, so that such rows are found there';
    if (infinite > 0) problems.push({ subject: name, message: `${infinite} values of ${name} are infinite as float32`, hint });
  }
  if (problems.length > 0) {
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'Some values cannot be learned from.', { problems });
  }
  if (task === 'regression') return;
  const positives = frame.label.reduce((sum, y) => sum + y, 0);
  if (positives === 0 || positives === frame.rows) {
    throw new FinalError(
      'PAWL_TRAINING_IMPOSSIBLE',
      `All ${frame.rows} rows have the label ${frame.classes?.[positives === 0 ? 0 : 1] ?? ''}; there is nothing to tell apart.`,
    );
  }
}
