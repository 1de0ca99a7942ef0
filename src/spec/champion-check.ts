import { valueAt } from './issues.ts';
import { nearest } from './nearest.ts';
import { formatDuration, parseDuration } from './quantities.ts';
import { taskIn } from './task.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** What a gateway waits for a version unless the file says otherwise, ms. */
const usualDeadline = 1000;

/** The endpoint that answered before pawl, against the rest of the file. */
export function championCheck(file: unknown, report: Report): void {
  const contract = valueAt(file, ['contract', 'features']);
  const features = typeof contract === 'object' && contract !== null ? Object.keys(contract) : [];
  const named = valueAt(file, ['champion', 'features']);
  for (const [i, name] of (Array.isArray(named) ? (named as unknown[]) : []).entries()) {
    if (typeof name !== 'string' || features.length === 0 || features.includes(name)) continue;
    const meant = nearest(name, features);
    const hint = meant === undefined ? 'a feature of the contract, which callers send' : `did you mean ${meant}?`;
    report(['champion', 'features', i], `${name} is no feature of the contract`, hint);
  }
  const url = valueAt(file, ['champion', 'http']);
  if (typeof url === 'string' && /^https?:\/\/[^/]*@/.test(url))
    report(
      ['champion', 'http'],
      'champion.http carries credentials, which everybody could read who sees the file',
      'a URL without',
    );
  const classes = valueAt(file, ['champion', 'classes']);
  const task = taskIn(file);
  if (classes !== undefined && task === 'regression')
    report(['champion', 'classes'], 'champion.classes names classes and the task is regression', 'leave it out');
  if (Array.isArray(classes) && task !== null && task !== 'regression') {
    const right = task === 'binary-classification' ? classes.length === 2 : classes.length > 2;
    if (!right)
      report(
        ['champion', 'classes'],
        `champion.classes has ${classes.length} of them and the task is ${task}`,
        task === 'binary-classification' ? 'both classes' : 'all classes, three or more',
      );
    if (new Set(classes.map(String)).size < classes.length)
      report(['champion', 'classes'], 'champion.classes names a class twice', 'each class once');
  }
  const positive = valueAt(file, ['contract', 'positive']);
  if (Array.isArray(classes) && positive !== undefined && !classes.map(String).includes(String(positive)))
    report(
      ['champion', 'classes'],
      `contract.positive is ${String(positive)}, which is none of champion.classes`,
      'both classes',
    );
  const timeout = valueAt(file, ['champion', 'timeout']);
  const deadline = valueAt(file, ['serving', 'deadline']);
  const patience = typeof deadline === 'string' ? (parseDuration(deadline) ?? Infinity) : usualDeadline;
  if (typeof timeout === 'string' && (parseDuration(timeout) ?? 0) > patience)
    report(
      ['champion', 'timeout'],
      `champion.timeout is ${timeout}, and serving.deadline gives every version up after ${formatDuration(patience)}`,
      `serving.deadline: ${timeout} or longer`,
    );
}
