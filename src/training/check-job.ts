import { FinalError } from '../errors.ts';
import type { TrainingJob } from './trainer.ts';

/** @throws FinalError PAWL_TRAINING_IMPOSSIBLE where there is nothing to learn from. */
export function checkJob({ task, frame }: TrainingJob): void {
  if (frame.rows === 0) throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'There is no row to learn from.');
  if (task === 'regression') return;
  const positives = frame.label.reduce((sum, y) => sum + y, 0);
  if (positives === 0 || positives === frame.rows) {
    throw new FinalError(
      'PAWL_TRAINING_IMPOSSIBLE',
      `All ${frame.rows} rows have the label ${frame.classes?.[positives === 0 ? 0 : 1] ?? ''}; there is nothing to tell apart.`,
    );
  }
}
