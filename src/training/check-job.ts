import { FinalError, type Problem } from '../errors.ts';
import type { Trainer, TrainingJob } from './trainer.ts';

/**
 * @param trainer where it does not learn every task
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where there is nothing to learn from, values that no model can take, or a task that the
 *   trainer does not know
 */
export function checkJob({ task, frame }: TrainingJob, trainer?: Pick<Trainer, 'name' | 'tasks'>): void {
  if (trainer !== undefined && !trainer.tasks.includes(task)) {
    const known = trainer.tasks.join(' and ');
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', `${trainer.name} does not know the task ${task}; it knows ${known}.`);
  }
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
  const [first = 0] = frame.label;
  if (frame.label.every((y) => y === first)) {
    throw new FinalError(
      'PAWL_TRAINING_IMPOSSIBLE',
      `All ${frame.rows} rows have the label ${frame.classes?.[first] ?? ''}; there is nothing to tell apart.`,
    );
  }
}
