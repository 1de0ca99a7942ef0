import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** Keys of a command, here or on a cluster. */
const ofCommand = ['command', 'time_budget', 'disk', 'rows'];
/** Keys of one trainer only. */
const own = [
  { key: 'environment', trainer: 'command', hint: 'what it needs on a cluster is set there' },
  { key: 'ray', trainer: 'ray', hint: 'trainer: ray, or leave it out' },
];

/** A command where there is one to run, and the keys of each trainer with that trainer only. */
export function trainingCheck(file: unknown, report: Report): void {
  const of = (key: string) => valueAt(file, ['training', key]);
  const trainer = of('trainer');
  for (const { key, trainer: only, hint } of own) {
    if (of(key) !== undefined && trainer !== only)
      report(['training', key], `training.${key} is of trainer: ${only}, and this one is ${text(trainer)}`, hint);
  }
  const steps = of('optimize');
  if (Array.isArray(steps) && steps.includes('int8') && (trainer === undefined || trainer === 'gbt'))
    report(['training', 'optimize'], 'int8 is for matrices of weights, and trees have none', 'leave int8 out');
  if (trainer === 'command' || trainer === 'ray') {
    if (of('command') === undefined)
      report(['training', 'trainer'], 'the trainer is a command and training.command is missing', 'such as [python3, train.py]');
    return;
  }
  for (const key of ofCommand) {
    if (of(key) !== undefined)
      report(['training', key], `training.${key} is of a command, and the trainer is none`, 'trainer: command, or leave it out');
  }
}

function text(trainer: unknown): string {
  return typeof trainer === 'string' ? trainer : 'gbt';
}
