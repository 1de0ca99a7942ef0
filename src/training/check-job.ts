import { FinalError, type Problem } from '../errors.ts';
import type { Frame } from '../data/dataset.ts';
import { counted } from '../stats/wording.ts';
import { silentColumns } from './silent-columns.ts';
import type { Trainer, TrainingJob } from './trainer.ts';

/**
 * @param trainer where it does not learn every task
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where there is nothing to learn from, values that no model can take, or a task that the
 *   trainer does not know
 */
export function checkJob(job: TrainingJob, trainer?: Pick<Trainer, 'name' | 'tasks'>): void {
  checkValues(job, trainer);
  checkLabels(job, job.frame.rows);
  checkColumns(job.frame);
}

/** The same but for the labels, which may all be alike where a training goes on from an earlier one. */
export function checkValues({ task, frame, weights }: TrainingJob, trainer?: Pick<Trainer, 'name' | 'tasks'>): void {
  if (trainer !== undefined && !trainer.tasks.includes(task)) {
    const known = trainer.tasks.join(' and ');
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', `${trainer.name} does not know the task ${task}; it knows ${known}.`);
  }
  if (frame.rows === 0) throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'There is no row to learn from.');
  const problems: Problem[] = [];
  const labels = frame.rows - finitesIn(frame.label);
  if (labels > 0) problems.push({ subject: 'label', message: `${labels} labels are no finite numbers` });
  if (weights !== undefined) {
    const bad = weights.reduce((count, weight) => count + (weight >= 0 && weight < Infinity ? 0 : 1), 0);
    if (weights.length !== frame.rows) throw new RangeError(`There are ${weights.length} weights of ${frame.rows} rows.`);
    if (bad > 0) problems.push({ subject: 'weights', message: `${bad} weights are negative, infinite or no numbers` });
  }
  for (const name of frame.features) {
    const column = frame.columns[name];
    if (column?.type !== 'number') continue;
    const infinite = infinitesIn(column.values);
    const hint = 'set `min` and `max` in the contract, so that such rows are found there';
    if (infinite > 0) problems.push({ subject: name, message: `${infinite} values of ${name} are infinite as float32`, hint });
  }
  if (problems.length > 0) {
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'Some values cannot be learned from.', { problems });
  }
}

/** @throws FinalError PAWL_TRAINING_IMPOSSIBLE where every feature is missing, or the same, in all rows */
function checkColumns(frame: Frame): void {
  const { constant, missing } = silentColumns(frame);
  if (constant.length + missing.length < frame.features.length) return;
  const hint = 'look at the source: its columns may have moved or been emptied';
  throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', `No column tells the ${counted(frame.rows, 'row')} apart.`, {
    problems: [
      ...missing.map((subject): Problem => ({ subject, message: `${subject} is missing in every row`, hint })),
      ...constant.map((subject): Problem => ({ subject, message: `${subject} has one value in every row`, hint })),
    ],
  });
}

/**
 * @param learned so many rows, the first, are learned from
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where these rows count nothing, or are all of one class or value
 */
export function checkLabels({ task, frame, weights }: TrainingJob, learned: number): void {
  const impossible = (message: string) => new FinalError('PAWL_TRAINING_IMPOSSIBLE', message);
  const counting = weights === undefined ? [] : weights.subarray(0, learned).filter((weight) => weight > 0);
  if (weights !== undefined && counting.length === 0) {
    throw impossible(`The weights of all ${learned} rows are 0; there is nothing to learn from.`);
  }
  if (learned === 1) throw impossible('There is one row to learn from, which tells nothing apart.');
  let first: number | null = null;
  for (let row = 0; row < learned; row++) {
    if (weights?.[row] === 0) continue;
    const y = frame.label[row] as number;
    first ??= y;
    if (y !== first) return;
  }
  const one = task === 'regression' ? String(first) : (frame.classes?.[first ?? 0] ?? '');
  const those =
    weights === undefined || counting.length === learned ? `All ${learned} rows` : `All ${counting.length} rows of a weight`;
  throw impossible(`${those} have the label ${one}; there is nothing to tell apart.`);
}

// Loops, as a callback for each of twenty million values takes a tenth of a training.
function infinitesIn(values: Float32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] as number) === Infinity) count++;
  return count;
}

function finitesIn(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) count++;
  return count;
}
