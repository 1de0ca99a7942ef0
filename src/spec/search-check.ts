import { FinalError } from '../errors.ts';
import { trainers } from '../training/trainers.ts';
import { metricsOfTask } from './evaluation-check.ts';
import { oneOf, valueAt } from './issues.ts';
import { pinballCheck } from './quantile-check.ts';
import { taskIn } from './task.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

const at = ['training', 'search'];

/** A search against the trainer, the task and what an hour costs. */
export function searchCheck(file: unknown, report: Report): void {
  if (valueAt(file, at) === undefined) return;
  searchedParams(file, report);
  metric(file, report);
  cost(file, report);
}

/** Each end of a range, and each choice, has to be what the trainer takes. */
function searchedParams(file: unknown, report: Report): void {
  const name = valueAt(file, ['training', 'trainer']) ?? 'gbt';
  const trainer = Object.entries(trainers).find(([known]) => known === name)?.[1];
  const params = valueAt(file, [...at, 'params']);
  if (trainer === undefined || typeof params !== 'object' || params === null) return;
  for (const [param, range] of Object.entries(params)) {
    const choices = valueAt(range, ['choices']);
    const ends = ['from', 'to'].map((key) => ({ path: [...at, 'params', param, key], value: valueAt(range, [key]) }));
    const listed = Array.isArray(choices)
      ? choices.map((value: unknown, i) => ({ path: [...at, 'params', param, 'choices', i], value }))
      : ends;
    for (const { path, value } of listed) {
      if (value === undefined) continue;
      const mistake = mistakeOf(() => trainer.checkParams({ [param]: value }), param);
      if (mistake === null) continue;
      const unknown = mistake.message.includes('is no parameter');
      report(unknown ? [...at, 'params', param] : path, mistake.message, mistake.hint ?? `what ${String(name)} takes`);
      if (unknown) break;
    }
    whole(range, param, trainer, report);
  }
}

/** A trainer that refuses the middle of a range, and not its ends, wants whole numbers. */
function whole(range: unknown, param: string, trainer: (typeof trainers)[keyof typeof trainers], report: Report): void {
  const [from, to] = [valueAt(range, ['from']), valueAt(range, ['to'])];
  if (typeof from !== 'number' || typeof to !== 'number' || valueAt(range, ['whole']) === true || from >= to) return;
  const takes = (value: number) => mistakeOf(() => trainer.checkParams({ [param]: value }), param) === null;
  const between = from + (to - from) * 0.3819;
  if (takes(from) && takes(to) && !takes(between)) report([...at, 'params', param], `${param} is a whole number`, 'whole: true');
}

function mistakeOf(check: () => void, param: string): { message: string; hint?: string | undefined } | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    // What else the trainer asks of other parameters is told where those are written.
    return error.problems.find(({ subject }) => subject === param) ?? null;
  }
}

function metric(file: unknown, report: Report): void {
  const task = taskIn(file);
  const name = valueAt(file, [...at, 'metric']);
  if (task === null || typeof name !== 'string') return;
  const known = metricsOfTask[task];
  if (!known.includes(name)) report([...at, 'metric'], `${name} is no metric of ${task}`, oneOf(known));
  pinballCheck(file, name, [...at, 'metric'], report);
}

function cost(file: unknown, report: Report): void {
  const amount = valueAt(file, [...at, 'cost']);
  if (typeof amount !== 'string') return;
  const perHour = valueAt(file, ['cost', 'per_hour']);
  if (typeof perHour !== 'string') {
    report([...at, 'cost'], 'training.search.cost needs to know what an hour costs', 'name cost.per_hour, such as 2 EUR');
  } else if (perHour.slice(-3) !== amount.slice(-3)) {
    report([...at, 'cost'], `the search has ${amount} and an hour costs ${perHour}`, 'one currency for both');
  } else if (Number.parseFloat(perHour) === 0) {
    report([...at, 'cost'], `an hour costs ${perHour}, of which no amount is ever used up`, 'leave it out');
  }
}
