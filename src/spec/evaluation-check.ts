import type { Task } from '../onnx/signature.ts';
import { behaviourCheck } from './behaviour-check.ts';
import { higherIsBetter, lowerIsBetter } from './evaluation-schema.ts';
import { featureOf } from './feature-of.ts';
import { oneOf, valueAt } from './issues.ts';
import { pinballCheck } from './quantile-check.ts';
import { taskIn } from './task.ts';

type Path = readonly PropertyKey[];
type Report = (path: Path, message: string, hint: string) => void;

const ofClasses = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'log_loss', 'brier', 'ece'];
export const metricsOfTask: Record<Task, readonly string[]> = {
  'binary-classification': ofClasses,
  'multiclass-classification': ofClasses,
  regression: ['mae', 'rmse', 'r2', 'pinball', 'poisson_deviance'],
};
/** From 0 to 1, so that 70 is a slip for 70%. */
const unitMetrics: readonly string[] = ['accuracy', 'auc', 'f1', 'precision', 'recall', 'brier', 'ece'];
const boundKeys = ['at_least', 'at_most', 'better_than_champion_by'];

/** Gates, slices, fairness and what else is evaluated, against the task and the contract. */
export function evaluationCheck(file: unknown, report: Report): void {
  const task = taskIn(file);
  gates(file, ['evaluation', 'gates'], task, report);
  entries(valueAt(file, ['evaluation', 'slices'])).forEach((slice, i) => {
    const path = ['evaluation', 'slices', i];
    gates(file, [...path, 'gates'], task, report);
    const where = valueAt(slice, ['where']);
    for (const name of keys(where)) {
      const kind = isClass(file, task, name) ? 'category' : featureOf(file, [...path, 'where', name], name, report);
      const isRange = keys(valueAt(where, [name])).length > 0;
      if (kind !== null && isRange !== (kind === 'number'))
        report(
          [...path, 'where', name],
          `${name} is a ${kind} and the slice asks for ${isRange ? 'a range' : 'a value'}`,
          isRange ? 'a value, or a list of values' : 'a range such as { from: 18, below: 30 }',
        );
    }
    const by = valueAt(slice, ['by']);
    if (!isClass(file, task, by)) grouping(file, [...path, 'by'], by, report);
  });
  robustness(file, task, report);
  fairness(file, task, report);
  behaviourCheck(file, task, report);
}

function gates(file: unknown, at: Path, task: Task | null, report: Report): void {
  entries(valueAt(file, at)).forEach((gate, i) => {
    for (const metric of keys(gate)) {
      const path = [...at, i, metric];
      metricOfTask(task, metric, path, report);
      pinballCheck(file, metric, path, report);
      const wrongWay = higherIsBetter.some((known) => known === metric) ? 'at_most' : 'at_least';
      if (isMetric(metric) && valueAt(gate, [metric, wrongWay]) !== undefined) {
        const [better, right] = wrongWay === 'at_most' ? ['higher', 'at_least'] : ['lower', 'at_most'];
        report([...path, wrongWay], `${metric} is better the ${better} it is, and ${wrongWay} asks for the opposite`, right);
      }
      for (const key of boundKeys) {
        const value = valueAt(gate, [metric, key]);
        if (unitMetrics.includes(metric) && typeof value === 'number' && (value > 1 || value < -1)) {
          report([...path, key], `${metric} goes from 0 to 1, and ${key} is ${value}`, `${value}%, or ${value / 100}`);
        }
      }
    }
  });
}

const isMetric = (name: string) => [...higherIsBetter, ...lowerIsBetter].some((known) => known === name);

function metricOfTask(task: Task | null, metric: string, path: Path, report: Report): void {
  if (task !== null && isMetric(metric) && !metricsOfTask[task].includes(metric))
    report(path, `${metric} is no metric of ${task}`, oneOf(metricsOfTask[task]));
}

function robustness(file: unknown, task: Task | null, report: Report): void {
  const path = ['evaluation', 'robustness'];
  const metric = valueAt(file, [...path, 'metric']);
  if (typeof metric === 'string') {
    metricOfTask(task, metric, [...path, 'metric'], report);
    pinballCheck(file, metric, [...path, 'metric'], report);
  }
  entries(valueAt(file, [...path, 'columns'])).forEach((name, i) => featureOf(file, [...path, 'columns', i], name, report));
}

function fairness(file: unknown, task: Task | null, report: Report): void {
  const path = ['evaluation', 'fairness'];
  const said = valueAt(file, path);
  if (task === 'regression') {
    if (said !== undefined) report(path, 'evaluation.fairness compares answers of two classes', 'leave it out of a regression');
    const calibrate = valueAt(file, ['evaluation', 'calibrate']);
    if (typeof calibrate === 'string' && calibrate !== 'none')
      report(['evaluation', 'calibrate'], 'evaluation.calibrate makes probabilities', 'leave it out of a regression');
  }
  if (task === 'multiclass-classification') ofManyClasses(file, said, report);
  else if (valueAt(said, ['class']) !== undefined && task !== null)
    report([...path, 'class'], 'evaluation.fairness.class is for more than two classes', 'leave it out; see contract.positive');
  entries(valueAt(said, ['groups'])).forEach((name, i) => grouping(file, [...path, 'groups', i], name, report));
  grouping(file, [...path, 'thresholds'], valueAt(said, ['thresholds']), report);
}

/** Rates are of a positive class, and there is none of itself; what changes a score behind the model knows one score a row. */
function ofManyClasses(file: unknown, fairness: unknown, report: Report): void {
  if (fairness !== undefined && valueAt(fairness, ['class']) === undefined)
    report(
      ['evaluation', 'fairness'],
      'evaluation.fairness compares rates of a positive class, and of many classes none is named',
      'class: the one that counts as positive, against all others',
    );
  if (valueAt(fairness, ['thresholds']) !== undefined)
    report(['evaluation', 'fairness', 'thresholds'], 'thresholds by group are of two classes', 'leave it out');
  const calibrate = valueAt(file, ['evaluation', 'calibrate']);
  if (typeof calibrate === 'string' && calibrate !== 'none')
    report(
      ['evaluation', 'calibrate'],
      'evaluation.calibrate is for two classes',
      'leave it out; a gate on ece shows whether it is needed',
    );
}

/** Whether a name is that of the label of a classification, by which rows may be sliced like by a category. */
function isClass(file: unknown, task: Task | null, name: unknown): boolean {
  return task !== null && task !== 'regression' && typeof name === 'string' && valueAt(file, ['contract', 'label']) === name;
}

/** A feature whose values are groups. */
function grouping(file: unknown, path: Path, name: unknown, report: Report): void {
  if (name === undefined) return;
  const kind = featureOf(file, path, name, report);
  if (kind === 'number') report(path, `${String(name)} is a number, whose values are no groups`, 'a category or a boolean');
}

const keys = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
const entries = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
