import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** A loss of gbt where there is a number to predict: classes have one of their own. */
export function lossCheck(file: unknown, report: Report): void {
  const [task, trainer = 'gbt', loss] = [['task'], ['training', 'trainer'], ['training', 'params', 'loss']].map((path) =>
    valueAt(file, path),
  );
  if (trainer === 'gbt' && typeof loss === 'string' && typeof task === 'string' && task !== 'regression')
    report(
      ['training', 'params', 'loss'],
      `the loss ${loss} is of a regression, and the task is ${task}`,
      'leave it out: classes are learned with the log loss',
    );
}
