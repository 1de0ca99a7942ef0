import { featureOf } from './feature-of.ts';
import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** The tests of `evaluation.behaviour` against the task and the features that they change. */
export function behaviourCheck(file: unknown, task: string | null, report: Report): void {
  const tests = valueAt(file, ['evaluation', 'behaviour']);
  if (!Array.isArray(tests)) return;
  tests.forEach((test: unknown, i) => {
    const path = ['evaluation', 'behaviour', i];
    invariance(file, [...path, 'invariance'], valueAt(test, ['invariance']), task, report);
    direction(file, [...path, 'direction'], valueAt(test, ['direction']), task, report);
    mustHold(file, [...path, 'must_hold'], valueAt(test, ['must_hold']), task, report);
  });
}

function invariance(file: unknown, path: readonly PropertyKey[], test: unknown, task: string | null, report: Report): void {
  if (test === undefined) return;
  const name = valueAt(test, ['column']);
  const kind = featureOf(file, [...path, 'column'], name, report);
  step(path, String(name), kind, valueAt(test, ['by']), report);
  const within = valueAt(test, ['within']);
  if (task === 'regression' && within === undefined)
    report(path, 'invariance of a regression has to say how far the answer may move', 'within: a number');
  if (task !== null && task !== 'regression' && within !== undefined)
    report([...path, 'within'], 'within is for a regression; here the class has to stay', 'leave it out');
}

function direction(file: unknown, path: readonly PropertyKey[], test: unknown, task: string | null, report: Report): void {
  if (test === undefined) return;
  if (task === 'multiclass-classification')
    report(path, 'direction needs one score a row, and each of many classes has its own', 'invariance or must_hold');
  const name = valueAt(test, ['raise']);
  const kind = featureOf(file, [...path, 'raise'], name, report);
  if (kind === 'category')
    report([...path, 'raise'], `${String(name)} is a category, which cannot rise`, 'a number or a boolean');
  else step(path, String(name), kind, valueAt(test, ['by']), report);
}

/** A number is changed by something, anything else is not. */
function step(path: readonly PropertyKey[], name: string, kind: string | null, by: unknown, report: Report): void {
  if (kind === 'number' && by === undefined) report(path, `${name} is a number, and by how much it changes is not said`, 'by: 1');
  if (kind !== null && kind !== 'number' && by !== undefined)
    report([...path, 'by'], `${name} is a ${kind}, to which nothing is added`, 'leave it out');
}

function mustHold(file: unknown, path: readonly PropertyKey[], test: unknown, task: string | null, report: Report): void {
  if (test === undefined) return;
  const row = valueAt(test, ['row']);
  for (const [name, value] of Object.entries(typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : {})) {
    const kind = featureOf(file, [...path, 'row', name], name, report);
    const fits = { number: 'number', boolean: 'boolean', category: 'string' }[kind ?? ''];
    if (fits !== undefined && value !== null && typeof value !== fits)
      report([...path, 'row', name], `${name} is a ${kind} and the row says ${JSON.stringify(value)}`, `a ${kind}`);
  }
  if (task === 'regression' && valueAt(test, ['answer']) !== undefined)
    report([...path, 'answer'], 'answer names a class and the task is regression', 'between: [low, high]');
  if (task === 'multiclass-classification' && valueAt(test, ['between']) !== undefined)
    report([...path, 'between'], 'between needs one score a row, and each of many classes has its own', 'answer: the class');
}
