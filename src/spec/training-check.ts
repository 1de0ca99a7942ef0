import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

const ofCommand = ['command', 'time_budget', 'disk', 'threads', 'rows', 'environment'];

/** A command where there is one to run, and its keys nowhere else. */
export function trainingCheck(file: unknown, report: Report): void {
  const of = (key: string) => valueAt(file, ['training', key]);
  if (of('trainer') === 'command') {
    if (of('command') === undefined)
      report(['training', 'trainer'], 'the trainer is a command and training.command is missing', 'such as [python3, train.py]');
    return;
  }
  for (const key of ofCommand) {
    if (of(key) !== undefined)
      report(['training', key], `training.${key} is of a command, and the trainer is none`, 'trainer: command, or leave it out');
  }
}
