import { featureOf } from './feature-of.ts';
import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** Weights of classes and groups: of a classification, the groups named by features that have values to group by. */
export function weightsCheck(file: unknown, report: Report): void {
  const of = (key: string) => valueAt(file, ['training', key]);
  if (valueAt(file, ['task']) === 'regression') {
    for (const key of ['class_weights', 'reweigh']) {
      if (of(key) !== undefined)
        report(
          ['training', key],
          `training.${key} is about classes, and the task is regression`,
          'contract.weight, or leave it out',
        );
    }
  }
  const groups = of('reweigh');
  (Array.isArray(groups) ? groups : []).forEach((name: unknown, i) => {
    const path = ['training', 'reweigh', i];
    if (featureOf(file, path, name, report) === 'number')
      report(path, `${String(name)} is a number, whose values are no groups`, 'a category or a boolean');
  });
}
