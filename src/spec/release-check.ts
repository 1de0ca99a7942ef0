import { metricsOfTask } from './evaluation-check.ts';
import { oneOf, valueAt } from './issues.ts';
import { pinballCheck } from './quantile-check.ts';
import { taskIn } from './task.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** Rules that are about a version's answers, by the task. */
const ofTask = {
  'binary-classification': ['accuracy', 'f1', 'precision', 'recall', 'value'],
  'multiclass-classification': ['accuracy'],
  regression: ['mae', 'rmse', 'pinball', 'poisson_deviance'],
};

/** What a rollout is judged by, against the task and against what else is said of it. */
export function releaseCheck(file: unknown, report: Report): void {
  const of = (...keys: PropertyKey[]) => valueAt(file, ['release', ...keys]);
  const task = taskIn(file);
  const written = of('rollback_when');
  const rules = Array.isArray(written) ? (written as unknown[]) : [];
  if (of('preset') !== undefined && written !== undefined)
    report(['release', 'preset'], 'release.preset stands for rollback_when, and both are there', 'leave one of them out');

  const about: [path: readonly PropertyKey[], metric: string][] = rules.flatMap((rule, i) =>
    typeof rule === 'object' && rule !== null
      ? Object.keys(rule).map((metric): [PropertyKey[], string] => [['release', 'rollback_when', i, metric], metric])
      : [],
  );
  const success = of('success');
  if (typeof success === 'string') about.push([['release', 'success'], success]);
  for (const [path, metric] of about) {
    const known = [...Object.values(metricsOfTask), ...Object.values(ofTask)].flat().includes(metric);
    if (task !== null && known && !ofTask[task].includes(metric))
      report(
        path,
        metricsOfTask[task].includes(metric) ? `${metric} is not measured in a rollout` : `${metric} is no metric of ${task}`,
        oneOf(ofTask[task]),
      );
    pinballCheck(file, metric, path, report);
    if (task !== 'regression' && task !== 'multiclass-classification' && metric === 'value' && of('value') === undefined)
      report(path, 'value needs what answers are worth', 'release.value: { true_positive: 10, false_positive: -2 }');
  }
  if (task !== null && task !== 'binary-classification' && of('value') !== undefined)
    report(['release', 'value'], `release.value is of two classes, and the task is ${task}`, 'leave it out');
}
