import { oneOf, valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** The answer when no version can give one, as far as the file tells what answers there are; the rows are asked at each release. */
export function defaultAnswerCheck(file: unknown, report: Report): void {
  const path = ['serving', 'default'];
  const answer = valueAt(file, path);
  // Anything else is told as no value at all.
  if (typeof answer !== 'string' && typeof answer !== 'boolean' && !Number.isFinite(answer)) return;
  const text = String(answer);
  if (valueAt(file, ['task']) === 'regression') {
    if (typeof answer === 'boolean' || text.trim() === '' || !Number.isFinite(Number(text)))
      report(path, `${JSON.stringify(answer)} is no number`, 'a regression answers with a number');
    return;
  }
  const classes = valueAt(file, ['champion', 'classes']);
  if (!Array.isArray(classes) || classes.map(String).includes(text)) return;
  report(path, `${JSON.stringify(answer)} is none of champion.classes`, oneOf(classes.map(String)));
}
